//! `vesper status`

use serde::Serialize;
use sqlx::{Connection as _, Row};

use crate::app::check_migrations;
use crate::base::clock;
use crate::base::pg::remedy_of;
use crate::cli::print::{columns, counted, grouped};
use crate::cli::{Failure, StatusArgs};
use crate::config::Settings;
use crate::job::{JobLine, RunFilter, RunLine, job_lines, run_lines};

/// Everything `vesper status` tells.
#[derive(Debug, Serialize)]
struct Status {
    snapshot: Option<SnapshotStatus>,
    jobs: Vec<JobLine>,
    runs: Vec<RunLine>,
    outbox: Vec<OutboxStatus>,
    quarantined: i64,
}

#[derive(Debug, Serialize)]
struct SnapshotStatus {
    snapshot_id: i64,
    business_date: chrono::NaiveDate,
    published_at: chrono::DateTime<chrono::Utc>,
}

#[derive(Debug, Serialize)]
struct OutboxStatus {
    state: String,
    messages: i64,
    /// Why they are not sent.
    last_reply: Option<String>,
}

/// Tells what is published, what ran, what comes next and what waits.
pub(in crate::cli) async fn status(settings: &Settings, args: &StatusArgs) -> Result<(), Failure> {
    let warehouse = settings.warehouse()?;
    let mut connection = warehouse.connect().await?;
    check_migrations(&mut connection, &warehouse).await?;
    connection.close().await.ok();
    let pool = warehouse.pool(2).await?;
    let failed = |e: sqlx::Error| Failure::new(remedy_of(&e), format!("the ledgers cannot be read: {e}"));
    let snapshot = sqlx::query(include_str!("current_snapshot.sql")).fetch_optional(&pool).await.map_err(failed)?;
    let outbox = sqlx::query(include_str!("outbox_counts.sql")).fetch_all(&pool).await.map_err(failed)?;
    let status = Status {
        snapshot: snapshot.map(|r| SnapshotStatus {
            snapshot_id: r.get(0),
            business_date: r.get(1),
            published_at: r.get(2),
        }),
        jobs: job_lines(&pool).await?,
        runs: run_lines(&pool, &RunFilter::default(), RUN_COUNT_MAX).await?,
        outbox: outbox
            .iter()
            .map(|r| OutboxStatus { state: r.get(0), messages: r.get(1), last_reply: r.get(2) })
            .collect(),
        quarantined: sqlx::query_scalar("select count(*) from vesper.quarantine")
            .fetch_one(&pool)
            .await
            .map_err(failed)?,
    };
    if args.json {
        println!("{}", serde_json::to_string_pretty(&status).expect("status has text keys"));
        return Ok(());
    }
    print_status(&status);
    Ok(())
}

fn print_status(status: &Status) {
    match &status.snapshot {
        Some(s) => {
            let hours = (clock::now() - s.published_at).num_hours();
            println!(
                "snapshot   {} for {}, published {} ({hours} h ago)",
                s.snapshot_id,
                s.business_date,
                s.published_at.format("%Y-%m-%d %H:%M UTC")
            );
        }
        None => println!("snapshot   none is published yet; `vesper run nightly` makes one"),
    }
    println!("\njobs");
    let rows: Vec<Vec<String>> = status
        .jobs
        .iter()
        .map(|j| {
            vec![
                j.job_id.clone(),
                j.cron.clone(),
                j.tz.clone(),
                j.next_at.map_or("never".to_owned(), |n| n.format("%Y-%m-%d %H:%M UTC").to_string()),
            ]
        })
        .collect();
    println!("{}", columns(&["job", "cron", "zone", "next"], &rows));
    println!("\nlatest runs");
    let rows: Vec<Vec<String>> = status
        .runs
        .iter()
        .map(|r| {
            let seconds = r
                .started_at
                .zip(r.finished_at)
                .map_or(String::new(), |(a, b)| format!("{:.1} s", (b - a).as_seconds_f64()));
            vec![
                format!("{} {}", r.run_id, r.job_id),
                r.business_date.to_string(),
                r.origin.clone(),
                r.state.clone(),
                seconds,
            ]
        })
        .collect();
    println!("{}", columns(&["run", "for", "by", "state", "took"], &rows));
    for run in status.runs.iter().filter(|r| r.state != "succeeded") {
        if let Some(error) = &run.last_error {
            println!("  run {} of {}: {error}", run.run_id, run.job_id);
        }
    }
    let outbox: Vec<String> = status.outbox.iter().map(|o| format!("{} {}", grouped(o.messages), o.state)).collect();
    println!("\noutbox     {}", if outbox.is_empty() { "empty".to_owned() } else { outbox.join(", ") });
    for (state, reply) in status.outbox.iter().filter_map(|o| Some((&o.state, o.last_reply.as_ref()?))) {
        println!("  {state}: {reply}");
    }
    println!("quarantine {}", counted(status.quarantined.unsigned_abs(), "row"));
}

/// What fits a screen.
const RUN_COUNT_MAX: i64 = 10;
