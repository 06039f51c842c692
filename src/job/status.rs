//! The ledger as an operator reads it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::job::JobError;

/// A job: what is due, what ran, what is stuck.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct JobLine {
    /// The job's name.
    pub job_id: String,
    /// Its folder.
    pub kind: String,
    /// The pattern as written.
    pub cron: String,
    /// The zone.
    pub tz: String,
    /// Whether its slots run.
    pub enabled: bool,
    /// The next slot.
    pub next_at: Option<DateTime<Utc>>,
    /// Whether the clock jumped: slots are missed until the cursor is passed.
    pub is_cursor_ahead: bool,
    /// Runs that are ready, paused or waiting.
    pub queued_count: i64,
    /// Jobs without a succeeded run for the date that a queued run waits for.
    pub waits_for: Option<String>,
    /// The run being worked on.
    pub live_run_id: Option<i64>,
    /// Since when.
    pub live_started_at: Option<DateTime<Utc>>,
    /// How the latest finished run ended.
    pub last_state: Option<String>,
    /// The date it worked for.
    pub last_business_date: Option<NaiveDate>,
    /// When it ended.
    pub last_finished_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub last_error: Option<String>,
}

/// Every job, by kind and name.
pub async fn job_lines(pool: &PgPool) -> Result<Vec<JobLine>, JobError> {
    let lines = sqlx::query_as(include_str!("job_lines.sql")).fetch_all(pool).await;
    lines.map_err(JobError::ledger("list jobs"))
}

/// Which runs to list.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Of one job.
    pub job: Option<String>,
    /// In one state.
    pub state: Option<String>,
    /// With a slot at or after this.
    pub since: Option<DateTime<Utc>>,
}

/// A run as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct RunLine {
    /// The run.
    pub run_id: i64,
    /// Its job.
    pub job_id: String,
    /// The slot.
    pub scheduled_for: DateTime<Utc>,
    /// The date it works for.
    pub business_date: NaiveDate,
    /// `cron`, `manual` or `backfill`.
    pub origin: String,
    /// `queued`, `running`, `succeeded`, `dead`, `skipped` or `cancelled`.
    pub state: String,
    /// Attempts so far.
    pub attempt: i32,
    /// Attempts allowed.
    pub attempt_max: i32,
    /// Not started before.
    pub run_after: DateTime<Utc>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it first started.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why the last attempt failed, or why it was skipped.
    pub last_error: Option<String>,
}

/// The newest `row_max` runs that pass the filter.
pub async fn run_lines(pool: &PgPool, filter: &RunFilter, row_max: i64) -> Result<Vec<RunLine>, JobError> {
    select_runs(pool, filter, None, row_max).await
}

/// One run.
pub async fn run_line(pool: &PgPool, run_id: i64) -> Result<Option<RunLine>, JobError> {
    Ok(select_runs(pool, &RunFilter::default(), Some(run_id), 1).await?.pop())
}

async fn select_runs(
    pool: &PgPool,
    filter: &RunFilter,
    run_id: Option<i64>,
    row_max: i64,
) -> Result<Vec<RunLine>, JobError> {
    sqlx::query_as(include_str!("run_lines.sql"))
        .bind(&filter.job)
        .bind(&filter.state)
        .bind(filter.since)
        .bind(run_id)
        .bind(row_max)
        .fetch_all(pool)
        .await
        .map_err(JobError::ledger("list runs"))
}
