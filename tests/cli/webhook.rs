//! A webhook through the binary: from a file in `jobs/webhook` to its receiver.

use serde_json::Value;

use super::stage::{DATE, Stage};
use crate::delivery::hook_server::{Answer, HookServer};

/// Every call the receiver took, as `type` and what it speaks of.
fn told(server: &HookServer) -> Vec<String> {
    let read = |body: &str| serde_json::from_str::<Value>(body).expect("JSON");
    let line = |body: Value| {
        let job = body["data"]["job"].as_str().unwrap_or_default().to_owned();
        format!("{} {job} {}", body["type"].as_str().unwrap_or_default(), body["data"]["business_date"])
    };
    server.received().iter().map(|received| line(read(&received.body))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_and_its_report_are_told_once_and_sent_again_by_hand() {
    let mut stage = Stage::new().await;
    let server = HookServer::start(&[Answer::Say("200 OK", "", "")]).await;
    let folder = stage.directory().join("jobs/webhook");
    std::fs::create_dir_all(&folder).expect("a folder");
    let events = "[\"snapshot.published\", \"edition.sealed\", \"edition.sent\"]";
    let text = format!(
        "url = \"http://127.0.0.1:{}/\"\nevents = {events}\nsecret = \"VESPER_WEBHOOK_CRM_SECRET\"\nallow_loopback = true\n",
        server.port
    );
    std::fs::write(folder.join("crm.toml"), text).expect("a file");
    stage
        .environment
        .insert("VESPER_WEBHOOK_CRM_SECRET".to_owned(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
    assert!(stage.succeed(&["check"]).await.contains("webhooks     crm\n"));

    for _ in 0..2 {
        stage.succeed(&["run", "nightly", "--for", DATE]).await;
        stage.succeed(&["run", "executive-weekly", "--for", DATE]).await;
    }
    let date = format!("\"{DATE}\"");
    let expected = [
        format!("snapshot.published nightly {date}"),
        format!("edition.sealed executive-weekly {date}"),
        format!("edition.sent executive-weekly {date}"),
    ];
    assert_eq!(told(&server), expected);
    let published: Value = serde_json::from_str(&server.received()[0].body).expect("JSON");
    let entities = published["data"]["entities"].as_array().expect("a list");
    assert!(entities.len() > 3 && entities.iter().all(|e| e["source_rows"].as_i64() > Some(0)), "{published}");

    let listed: Value = serde_json::from_str(&stage.succeed(&["outbox", "list", "--json"]).await).expect("JSON");
    let call = listed.as_array().expect("a list").iter().find(|m| m["label"] == format!("{DATE}-edition.sent"));
    let id = call.expect("the call")["message_id"].to_string();
    assert!(stage.succeed(&["outbox", "show", &id]).await.contains("webhook:crm"));
    stage.succeed(&["outbox", "resend", &id]).await;
    stage.succeed(&["run", "executive-weekly", "--for", DATE]).await;
    let received = server.received();
    assert_eq!(received.len(), 4);
    assert_eq!(received[3].headers["webhook-id"], received[2].headers["webhook-id"]);
}
