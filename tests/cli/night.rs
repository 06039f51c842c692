//! The good way, through the binary alone: migrate, check, run, render, status.

use serde_json::Value;

use super::footprint::{Footprint, open_work};
use super::stage::{DATE, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_second_migration_and_a_check_change_nothing() {
    let stage = Stage::of_refusal(false, true).await;
    let first = stage.succeed(&["migrate"]).await;
    let mut connection = stage.warehouse.connect().await;
    let shape = "select string_agg(version || ' ' || installed_on, ',' order by version) from public._sqlx_migrations";
    let before: String = sqlx::query_scalar(shape).fetch_one(&mut connection).await.expect("the migrations");
    let footprint = Footprint::read(&mut connection).await;
    assert_eq!(stage.succeed(&["migrate"]).await, first);
    let told = stage.succeed(&["check"]).await;
    assert!(told.ends_with("everything fits\n"), "{told}");
    let after: String = sqlx::query_scalar(shape).fetch_one(&mut connection).await.expect("the migrations");
    assert_eq!(after, before);
    assert_eq!(Footprint::read(&mut connection).await, footprint);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_of_the_night_and_of_the_report_changes_nothing_and_mails_nothing() {
    let stage = Stage::new().await;
    let mut connection = stage.warehouse.connect().await;

    let told = stage.succeed(&["run", "nightly", "--for", DATE]).await;
    assert!(told.starts_with("  entity"), "{told}");
    let night = Footprint::read(&mut connection).await;
    assert_eq!(night.count("metric.snapshot"), 1);
    assert!(night.count("star.fact_deal") > 0 && night.count("cube.deal_stock_day") > 0, "{night:#?}");

    stage.succeed(&["run", "nightly", "--for", DATE]).await;
    let again = Footprint::read(&mut connection).await;
    for (table, rows) in &night.0 {
        assert_eq!(&again.0[table], rows, "{table}");
    }

    stage.succeed(&["run", "executive-weekly", "--for", DATE]).await;
    let outbox = stage.outbox();
    let names: Vec<_> = outbox.iter().map(|p| p.file_name().expect("a name").to_string_lossy()).collect();
    assert_eq!(
        names,
        [
            format!("{DATE}-executive-weekly-leadership@example.com.eml"),
            format!("{DATE}-executive-weekly-sales@example.com.eml"),
        ]
    );
    let mails: Vec<_> = outbox.iter().map(|path| std::fs::read(path).expect("a mail")).collect();
    let told = stage.succeed(&["run", "executive-weekly", "--for", DATE]).await;
    assert_eq!(told, format!("executive-weekly for {DATE}: 0 mails handed to outbox\n"));
    assert_eq!(stage.outbox(), outbox);
    assert_eq!(stage.outbox().iter().map(|path| std::fs::read(path).expect("a mail")).collect::<Vec<_>>(), mails);
    assert_eq!(open_work(&mut connection).await, (0, 2));

    look(&stage).await;
}

/// `render` and `status` on a warehouse with a night and a report, which they leave as it is.
async fn look(stage: &Stage) {
    let mut connection = stage.warehouse.connect().await;
    let before = Footprint::read(&mut connection).await;
    let told = stage.succeed(&["render", "executive-weekly", "--for", DATE, "--out", "out/today"]).await;
    let files: Vec<&str> = told.lines().collect();
    for ending in [".pdf", ".xlsx", ".html", ".txt"] {
        assert!(files.iter().any(|file| file.ends_with(ending)), "no {ending} among {files:?}");
    }
    for file in files {
        let length = std::fs::metadata(stage.directory().join(file)).expect("the file it names").len();
        assert!(length > 0, "{file} is empty");
    }

    let told = stage.succeed(&["status"]).await;
    for part in [&format!(" for {DATE}, published "), "nightly", "executive-weekly", "succeeded", "2 sent"] {
        assert!(told.contains(part), "{part:?} not in\n{told}");
    }
    let status: Value = serde_json::from_str(&stage.succeed(&["status", "--json"]).await).expect("JSON");
    assert_eq!(status["snapshot"]["business_date"], DATE);
    assert_eq!(status["runs"].as_array().map(Vec::len), Some(4));
    assert!(status["jobs"].as_array().is_some_and(|jobs| jobs.len() > 2));
    assert_eq!(status["outbox"][0]["messages"], 2);
    assert_eq!(Footprint::read(&mut connection).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_that_no_server_takes_stays_in_the_outbox_and_status_says_why() {
    let mut stage = Stage::new().await;
    let server = format!("smtp://127.0.0.1:{}", stage.names["{closed_port}"]);
    stage.environment.insert("VESPER_MAIL_URL".to_owned(), server.clone());
    stage.succeed(&["run", "nightly", "--for", DATE]).await;
    let outcome = stage.run(&["run", "executive-weekly", "--for", DATE]).await;
    assert_eq!(outcome.exit_code, 5, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("hint: nothing is lost: `vesper status` says why"), "{}", outcome.stderr);
    let told = stage.succeed(&["status"]).await;
    assert!(told.contains("2 pending") && told.contains("refused"), "{told}");

    // Once a way is there the same command sends what waits.
    stage.environment.insert("VESPER_MAIL_URL".to_owned(), "file:outbox".to_owned());
    let mut connection = stage.warehouse.connect().await;
    sqlx::query("update vesper.message set next_at = clock_timestamp()").execute(&mut connection).await.expect("due");
    stage.succeed(&["run", "executive-weekly", "--for", DATE]).await;
    assert_eq!(stage.outbox().len(), 2);
}
