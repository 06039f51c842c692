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
    /// Whether its report is mailed.
    pub is_mailing: bool,
    /// Not started before.
    pub run_after: DateTime<Utc>,
    /// When the row was made.
    pub created_at: DateTime<Utc>,
    /// When it first started.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// From its slot to its first start; of a request by hand there is none.
    pub lateness_ms: Option<i64>,
    /// From its first start to its end, or until now.
    pub elapsed_ms: Option<i64>,
    /// Why the last attempt failed, why it was skipped, or who cancelled it.
    pub last_error: Option<String>,
    /// What a run that ended well has to say.
    pub note: Option<String>,
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

/// A finished step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct RunStep {
    /// Its name.
    pub step: String,
    /// The attempt that did it.
    pub attempt: i32,
    /// When it was done.
    pub done_at: DateTime<Utc>,
    /// How long it took; unknown for the first step of a later attempt.
    pub elapsed_ms: Option<i64>,
}

/// The finished steps of a run, in order.
pub async fn run_steps(pool: &PgPool, run_id: i64) -> Result<Vec<RunStep>, JobError> {
    let steps = sqlx::query_as(include_str!("run_steps.sql")).bind(run_id).fetch_all(pool).await;
    steps.map_err(JobError::ledger("list the steps of a run"))
}

/// Messages in one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct RunMessages {
    /// `pending`, `sending`, `sent`, `uncertain`, `dead` or `suppressed`.
    pub state: String,
    /// How many.
    pub message_count: i64,
}

/// The messages a run posted, by state.
pub async fn run_messages(pool: &PgPool, run_id: i64) -> Result<Vec<RunMessages>, JobError> {
    let messages = sqlx::query_as(include_str!("run_messages.sql")).bind(run_id).fetch_all(pool).await;
    messages.map_err(JobError::ledger("count the messages of a run"))
}
