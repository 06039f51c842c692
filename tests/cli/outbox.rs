//! `vesper outbox` as an operator uses it.

use serde_json::Value;
use vesper::base::pg::Database;
use vesper::delivery::OnUncertain;

use super::stage::Stage;
use crate::delivery::outbox::post;
use crate::schedule::{claimed, sync};

#[tokio::test(flavor = "multi_thread")]
async fn the_outbox_is_listed_shown_settled_and_sent_again() {
    let stage = Stage::new().await;
    assert_eq!(stage.succeed(&["outbox"]).await, "the outbox is empty\n");
    let url = Database::parse("TEST_URL", &stage.warehouse.url()).expect("a URL");
    let pool = url.pool(2).await.expect("the warehouse answers");
    sync(&pool, &[("weekly", "cron = \"0 7 * * mon\"")]).await;
    let claim = claimed(&pool, "weekly").await;
    post(&pool, &claim, &["lost", "gone", "fine"], OnUncertain::Hold).await;
    for change in [
        "update vesper.message set state = 'uncertain', attempt = 1, committing_at = clock_timestamp() where rcpt like 'lost%'",
        "update vesper.message set state = 'dead', attempt = 1, smtp_code = 550, smtp_text = '5.1.1 nobody' where rcpt like 'gone%'",
    ] {
        sqlx::query(change).execute(&pool).await.expect("a change");
    }

    let told = stage.succeed(&["outbox"]).await;
    for part in [
        "lost@example.com  nobody knows whether it arrived      1",
        "gone@example.com                         given up      1",
        "fine@example.com                 waits to be sent      0  20",
        "2: 550 5.1.1 nobody",
        "next: mend the cause, then `vesper outbox resend 2`",
    ] {
        assert!(told.contains(part), "{part:?} not in\n{told}");
    }
    let listed: Value = serde_json::from_str(&stage.succeed(&["outbox", "list", "--json"]).await).expect("JSON");
    assert_eq!(listed.as_array().map(Vec::len), Some(3));
    let only = stage.succeed(&["outbox", "--state", "dead", "--label", "weekly"]).await;
    assert!(only.contains("gone@example.com") && !only.contains("fine@example.com"), "{only}");
    assert_eq!(stage.succeed(&["outbox", "--label", "monthly"]).await, "no message of that kind\n");

    let shown = stage.succeed(&["outbox", "show", "2"]).await;
    for part in
        ["subject     The week\n", "to          gone@example.com\n", "message-id  <", "dead after try 1: 550 5.1.1"]
    {
        assert!(shown.contains(part), "{part:?} not in\n{shown}");
    }
    assert_eq!(stage.succeed(&["outbox", "resolve", "1", "--sent"]).await, "message 1 is settled: it arrived\n");
    stage.succeed(&["outbox", "resend", "2"]).await;
    let told = stage.succeed(&["outbox", "suppress", "gone@example.com", "--reason", "left"]).await;
    assert!(told.contains("1 waiting message held back"), "{told}");
    assert!(stage.succeed(&["outbox", "suppressed"]).await.contains("by hand\n    left\n"));
    let told = stage.succeed(&["outbox", "allow", "gone@example.com"]).await;
    assert!(told.contains("`vesper outbox resend 2`"), "{told}");
    stage.succeed(&["outbox", "resend", "2"]).await;
    let states: Vec<String> = sqlx::query_scalar("select state from vesper.message order by message_id")
        .fetch_all(&pool)
        .await
        .expect("the messages");
    assert_eq!(states, ["sent", "pending", "pending"]);
}
