//! `vesper status`

use std::str::FromStr as _;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use sqlx::{PgPool, Row};

use crate::base::clock;
use crate::base::pg::remedy_of;
use crate::cli::command::runs::print_runs;
use crate::cli::ledger::open_ledger;
use crate::cli::print::{Tone, counted, grouped, moment, paint, span, table};
use crate::cli::{Failure, StatusArgs};
use crate::config::Settings;
use crate::job::{AlertLine, JobLine, RunFilter, RunLine, StuckRun, alert_lines, job_lines, run_lines, stuck_runs};

/// Everything `vesper status` tells.
#[derive(Debug, Serialize)]
struct Status {
    snapshot: Option<SnapshotStatus>,
    jobs: Vec<JobLine>,
    runs: Vec<RunLine>,
    stuck: Vec<StuckRun>,
    alerts: Vec<AlertLine>,
    outbox: Vec<OutboxStatus>,
    quarantined: i64,
}

#[derive(Debug, Serialize)]
struct SnapshotStatus {
    snapshot_id: i64,
    business_date: NaiveDate,
    published_at: DateTime<Utc>,
}

#[derive(Debug, Serialize)]
struct OutboxStatus {
    state: String,
    messages: i64,
    /// Why they are not sent.
    last_reply: Option<String>,
    /// Since when the oldest waits that should be gone.
    waiting_since: Option<DateTime<Utc>>,
}

/// Tells what is published, what ran, what comes next, and what is stuck and why.
pub(in crate::cli) async fn status(settings: &Settings, args: &StatusArgs) -> Result<(), Failure> {
    let pool = open_ledger(settings).await?;
    let status = read_status(&pool).await?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&status).expect("status has text keys"));
        return Ok(());
    }
    print_status(&status, clock::now());
    Ok(())
}

async fn read_status(pool: &PgPool) -> Result<Status, Failure> {
    let failed = |e: sqlx::Error| Failure::new(remedy_of(&e), format!("the ledgers cannot be read: {e}"));
    let snapshot = sqlx::query(include_str!("current_snapshot.sql")).fetch_optional(pool).await.map_err(failed)?;
    let outbox = sqlx::query(include_str!("outbox_counts.sql")).fetch_all(pool).await.map_err(failed)?;
    let quarantined = sqlx::query_scalar("select count(*) from vesper.quarantine").fetch_one(pool).await;
    let outbox_status = |r: &sqlx::postgres::PgRow| OutboxStatus {
        state: r.get(0),
        messages: r.get(1),
        last_reply: r.get(2),
        waiting_since: r.get(3),
    };
    Ok(Status {
        snapshot: snapshot.map(|r| SnapshotStatus {
            snapshot_id: r.get(0),
            business_date: r.get(1),
            published_at: r.get(2),
        }),
        jobs: job_lines(pool).await?,
        runs: run_lines(pool, &RunFilter::default(), RUN_COUNT_MAX).await?,
        stuck: stuck_runs(pool, STUCK_COUNT_MAX).await?,
        alerts: alert_lines(pool).await?,
        outbox: outbox.iter().map(outbox_status).collect(),
        quarantined: quarantined.map_err(failed)?,
    })
}

fn print_status(status: &Status, now: DateTime<Utc>) {
    match &status.snapshot {
        Some(s) => {
            let age = span(now - s.published_at);
            println!(
                "snapshot   {} for {}, published {} ({age} ago)",
                s.snapshot_id,
                s.business_date,
                moment(s.published_at)
            );
        }
        None => println!("snapshot   none is published yet; `vesper run nightly` makes one"),
    }
    print_jobs(&status.jobs);
    print_stuck(status, now);
    print_alerts(&status.alerts);
    println!("\n{}", paint(Tone::Heading, "latest runs"));
    if status.runs.is_empty() {
        println!("  none yet");
    } else {
        print_runs(&status.runs);
    }
    print_outbox(&status.outbox);
    println!("quarantine {}", counted(status.quarantined.unsigned_abs(), "row"));
}

fn print_jobs(jobs: &[JobLine]) {
    println!("\n{}", paint(Tone::Heading, "jobs"));
    let rows: Vec<Vec<String>> = jobs.iter().map(job_row).collect();
    let printed = table(&["job", "cron", "zone", "next (zone)", "next (UTC)", "last", "now"], 7, &rows);
    let tones = std::iter::once(Tone::Heading).chain(jobs.iter().map(|job| match job.last_state.as_deref() {
        Some("dead") => Tone::Alarm,
        _ if !job.enabled => Tone::Faint,
        _ => Tone::Plain,
    }));
    for (tone, line) in tones.zip(&printed) {
        println!("{}", paint(tone, line));
    }
}

fn job_row(job: &JobLine) -> Vec<String> {
    let next = job.next_at.filter(|_| job.enabled);
    let local = |at: DateTime<Utc>| match Tz::from_str(&job.tz) {
        Ok(zone) => at.with_timezone(&zone).format("%a %Y-%m-%d %H:%M").to_string(),
        // A zone of another version's data; UTC stands beside it.
        Err(_) => String::new(),
    };
    let last = job.last_state.as_ref().zip(job.last_business_date);
    vec![
        job.job_id.clone(),
        job.cron.clone(),
        job.tz.clone(),
        next.map_or_else(|| if job.enabled { "never" } else { "switched off" }.to_owned(), local),
        next.map_or(String::new(), |at| at.format("%Y-%m-%d %H:%M").to_string()),
        last.map_or("–".to_owned(), |(state, date)| format!("{state} for {date}")),
        match (job.live_run_id, job.queued_count) {
            (Some(run_id), 0) => format!("run {run_id} is at work"),
            (Some(run_id), n) => format!("run {run_id} is at work, {n} wait"),
            (None, 0) => "–".to_owned(),
            (None, n) => format!("{n} wait"),
        },
    ]
}

/// What does not go on by itself, or not yet; nothing when all is well.
fn print_stuck(status: &Status, now: DateTime<Utc>) {
    let mut lines = Vec::new();
    for job in &status.jobs {
        if job.is_cursor_ahead {
            lines.push(format!(
                "{}: its slots were planned by a clock that was ahead; none runs until that is passed",
                job.job_id
            ));
        }
        if let Some(at) = job.next_at.filter(|at| job.enabled && now - *at > LATE_TICK) {
            lines.push(format!(
                "{}: the slot of {} is not a run yet: is `vesper serve` running?",
                job.job_id,
                moment(at)
            ));
        }
    }
    lines.extend(
        status.stuck.iter().map(|run| {
            format!("run {} of {} for {}: {}", run.run_id, run.job_id, run.business_date, run.words(moment))
        }),
    );
    for outbox in &status.outbox {
        if let Some(since) = outbox.waiting_since.filter(|since| now - *since > LATE_MAIL) {
            lines.push(format!("mail has been waiting since {}: the sender rests or no worker serves", moment(since)));
        }
        match outbox.state.as_str() {
            "uncertain" => lines.push(format!(
                "{}: nobody knows whether they arrived; `vesper outbox` settles it",
                messages(outbox, "uncertain")
            )),
            "dead" => lines.push(format!("{}: `vesper outbox` tells why", messages(outbox, "dead"))),
            _ => {}
        }
    }
    if !lines.is_empty() {
        println!("\n{}", paint(Tone::Heading, "stuck"));
        lines.iter().for_each(|line| println!("  {}", paint(Tone::Alarm, line)));
    }
}

/// What the owners of jobs were told and is not over.
fn print_alerts(alerts: &[AlertLine]) {
    if alerts.is_empty() {
        return;
    }
    println!("\n{}", paint(Tone::Heading, "alerts"));
    for alert in alerts {
        let date = alert.business_date.map_or(String::new(), |date| format!(" for {date}"));
        let since = moment(alert.opened_at);
        let line = format!("{} {}{date}, told {since}: {}", alert.job_id, alert.kind, alert.reason);
        println!("  {}", paint(Tone::Alarm, &line));
    }
}

fn messages(outbox: &OutboxStatus, state: &str) -> String {
    counted(outbox.messages.unsigned_abs(), &format!("{state} message"))
}

fn print_outbox(outbox: &[OutboxStatus]) {
    let states: Vec<String> = outbox.iter().map(|o| format!("{} {}", grouped(o.messages), o.state)).collect();
    println!("\noutbox     {}", if states.is_empty() { "empty".to_owned() } else { states.join(", ") });
    for (state, reply) in outbox.iter().filter_map(|o| Some((&o.state, o.last_reply.as_ref()?))) {
        println!("  {}", paint(Tone::of_state(state), &format!("{state}: {reply}")));
    }
}

/// What fits a screen.
const RUN_COUNT_MAX: i64 = 10;
/// A list longer than this is read with `vesper runs`.
const STUCK_COUNT_MAX: i64 = 20;
/// A tick comes each five seconds.
const LATE_TICK: TimeDelta = TimeDelta::minutes(1);
/// A sender that rests does so for five minutes at most.
const LATE_MAIL: TimeDelta = TimeDelta::minutes(15);
