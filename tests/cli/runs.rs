//! Backfill, list, show, cancel: through the binary alone.

use serde_json::Value;

use super::stage::{DATE, Stage};

const BEFORE: &str = "2026-02-28";

async fn json(stage: &Stage, arguments: &[&str]) -> Value {
    serde_json::from_str(&stage.succeed(arguments).await).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_here_and_now_tells_each_date_and_its_runs_add_up() {
    let stage = Stage::new().await;
    let told = stage.succeed(&["backfill", "nightly", "--from", BEFORE, "--to", DATE, "--now"]).await;
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[0], format!("2 runs of nightly queued, for {BEFORE} to {DATE}"));
    assert!(lines[1].starts_with(&format!("{BEFORE} succeeded, ")), "{told}");
    assert!(lines[2].starts_with(&format!("{DATE} succeeded, ")), "{told}");
    let told = stage.succeed(&["backfill", "nightly", "--from", BEFORE, "--to", DATE, "--now", "--only-missing"]).await;
    assert_eq!(told, "nothing queued; 2 dates left out: succeeded already, or in an open backfill\n");

    let runs = json(&stage, &["runs", "--json"]).await;
    assert_eq!(runs.as_array().map(Vec::len), Some(2));
    for run in runs.as_array().expect("a list") {
        assert_eq!((&run["state"], &run["origin"]), (&"succeeded".into(), &"backfill".into()), "{run}");
        assert!(run["lateness_ms"].is_null() && run["elapsed_ms"].as_i64() > Some(0), "{run}");
        let id = run["run_id"].to_string();
        let detail = json(&stage, &["runs", "show", &id, "--json"]).await;
        assert_eq!(detail["steps"].as_array().map(Vec::len), Some(3), "{detail}");
        for row in detail["rows"].as_array().expect("rows") {
            let count = |key: &str| row[key].as_i64().expect("a count");
            assert_eq!(count("read"), count("loaded") + count("unchanged") + count("quarantined"), "{row}");
        }
        let told = stage.succeed(&["runs", "show", &id]).await;
        for part in [" read = ", " quarantined\n", "load-promenade", "its report is not mailed", "by hand (backfill)"] {
            assert!(told.contains(part), "{part:?} not in\n{told}");
        }
    }
    let told = stage.succeed(&["runs", "--job", "nightly", "--state", "succeeded", "--since", "1d"]).await;
    assert_eq!(told.lines().count(), 3, "{told}");
    assert_eq!(stage.succeed(&["runs", "--state", "dead"]).await, "no such run\n");

    // A report of the past is sealed and mailed only when it is said.
    stage.succeed(&["backfill", "executive-weekly", "--from", DATE, "--to", DATE, "--now"]).await;
    assert!(stage.outbox().is_empty());
    let told = stage.succeed(&["backfill", "executive-weekly", "--from", DATE, "--to", DATE, "--now", "--mail"]).await;
    assert!(told.ends_with("2 mails handed to outbox\n"), "{told}");
    assert_eq!(stage.outbox().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_that_waits_is_not_doubled_and_can_be_taken_back() {
    let mut stage = Stage::new().await;
    stage.environment.insert("USER".to_owned(), "eva".to_owned());
    let backfill = ["backfill", "nightly", "--from", BEFORE, "--to", DATE];
    assert!(stage.succeed(&backfill).await.starts_with("2 runs of nightly queued"));
    let told = stage.succeed(&backfill).await;
    assert_eq!(told, "nothing queued; 2 dates left to an earlier backfill that is still open\n");
    let queued = json(&stage, &["runs", "--state", "queued", "--json"]).await;
    let id = queued[0]["run_id"].to_string();
    let told = stage.succeed(&["cancel", &id, "--reason", "wrong date"]).await;
    assert_eq!(told, format!("run {id} of nightly for {DATE} is cancelled: it had not started\n"));
    assert_eq!(stage.succeed(&["cancel", "--job", "nightly"]).await, "1 waiting run of nightly cancelled\n");
    let told = stage.succeed(&["runs"]).await;
    assert!(told.contains(&format!("  run {id}: cancelled by eva: wrong date\n")), "{told}");
    let refused = stage.run(&["cancel", &id]).await;
    assert_eq!(refused.exit_code, 3);
    assert!(refused.stderr.contains("is cancelled already, there is nothing to cancel"), "{}", refused.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_says_what_is_stuck_and_why() {
    let stage = Stage::new().await;
    // The report waits for its night; the night waits for a worker.
    stage.succeed(&["backfill", "executive-weekly", "--from", DATE, "--to", DATE]).await;
    stage.succeed(&["backfill", "nightly", "--from", DATE, "--to", DATE]).await;
    let mut connection = stage.warehouse.connect().await;
    sqlx::query("update vesper.run set run_after = run_after - interval '2 minutes'")
        .execute(&mut connection)
        .await
        .expect("time passes");
    let told = stage.succeed(&["status"]).await;
    for part in [
        "\nstuck\n",
        &format!("of executive-weekly for {DATE}: waits for nightly of {DATE} until "),
        &format!("of nightly for {DATE}: ready since "),
        "is `vesper serve` running?",
        "Mon ",
        "1 wait",
    ] {
        assert!(told.contains(part), "{part:?} not in\n{told}");
    }
    let status = json(&stage, &["status", "--json"]).await;
    let why: Vec<&str> = status["stuck"].as_array().expect("a list").iter().filter_map(|s| s["why"].as_str()).collect();
    assert_eq!(why, ["needs", "unclaimed"]);
    assert!(!told.contains('\x1b'), "colours are for terminals");
}
