//! `vesper serve` while somebody edits its files.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};
use sqlx::PgConnection;
use tokio::io::{BufReader, Lines};
use tokio::process::{Child, ChildStderr};
use tokio::time::timeout;

use super::serve::{PATIENCE, start, stop};
use super::stage::Stage;

type Log = Lines<BufReader<ChildStderr>>;

/// The lines up to the first that holds `text`.
async fn read_to(log: &mut Log, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(line) = timeout(PATIENCE, log.next_line()).await.expect(text).expect("text") {
        let is_last = line.contains(text);
        lines.push(line);
        if is_last {
            return lines;
        }
    }
    panic!("`{text}` was never said: {lines:#?}");
}

fn hang_up(server: &Child) {
    let pid = server.id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("it still runs");
    kill_process(pid, Signal::HUP).expect("our own child");
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).expect("a file");
    assert!(text.contains(from), "{from}");
    std::fs::write(file, text.replace(from, to)).expect("a file");
}

async fn cron(warehouse: &mut PgConnection, job: &str) -> (String, bool) {
    sqlx::query_as("select cron, enabled from vesper.job where job_id = $1")
        .bind(job)
        .fetch_one(warehouse)
        .await
        .expect("a job")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serving_worker_takes_right_files_refuses_wrong_ones_and_sees_what_comes_and_goes() {
    let stage = Stage::new().await;
    let nightly = stage.directory().join("jobs/pipeline/nightly.toml");
    let (mut server, mut log) = start(&stage, &["serve", "--only", "scheduler"]);
    let mut warehouse = stage.warehouse.connect().await;
    // The handler of the signal is there once the worker follows its files.
    read_to(&mut log, "following the files").await;

    edit(&nightly, "0 2 * * *", "0 3 * * *");
    hang_up(&server);
    read_to(&mut log, "jobs that say something else: nightly").await;
    assert_eq!(cron(&mut warehouse, "nightly").await, ("0 3 * * *".to_owned(), true));

    edit(&nightly, "0 3 * * *\"", "0 33 * * *\"\nattemps = 3");
    let told = read_to(&mut log, "attemps").await.join("\n");
    for expected in ["are not taken", "nightly.toml:5:8: `0 33 * * *` is no cron pattern", "did you mean `attempts`?"] {
        assert!(told.contains(expected), "{expected} in:\n{told}");
    }
    assert_eq!(cron(&mut warehouse, "nightly").await, ("0 3 * * *".to_owned(), true));
    // Whoever asks again is answered again; a look of the worker's own says nothing twice.
    hang_up(&server);
    read_to(&mut log, "attemps").await;

    std::fs::rename(&nightly, stage.directory().join("jobs/pipeline/nocturnal.toml")).expect("a file");
    edit(&stage.directory().join("jobs/pipeline/nocturnal.toml"), "0 33 * * *\"\nattemps = 3", "0 4 * * *\"");
    for report in std::fs::read_dir(stage.directory().join("jobs/report")).expect("the reports") {
        edit(&report.expect("a file").path(), "needs = [\"nightly\"]", "needs = [\"nocturnal\"]");
    }
    let told = read_to(&mut log, "jobs without a file: nightly").await.join("\n");
    assert!(!told.contains("nightly.toml:5:8"), "{told}");
    assert_eq!(cron(&mut warehouse, "nightly").await, ("0 3 * * *".to_owned(), false));
    assert_eq!(cron(&mut warehouse, "nocturnal").await, ("0 4 * * *".to_owned(), true));
    stop(&mut server).await;
}
