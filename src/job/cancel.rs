//! A person takes a run back.

use chrono::NaiveDate;
use sqlx::{FromRow, PgPool};

use crate::job::JobError;
use crate::job::ledger::refuse_unknown_job;

/// Says which live run was cancelled; whoever works on it listens.
pub(super) const CANCEL_CHANNEL: &str = "vesper_cancel";

/// A run that was cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelled {
    /// Its job.
    pub job: String,
    /// The date it would have worked for.
    pub business_date: NaiveDate,
    /// Whether somebody was working on it: they stop in a moment and commit nothing more.
    pub was_running: bool,
}

#[derive(FromRow)]
struct HeldRun {
    job_id: String,
    business_date: NaiveDate,
    state: String,
    is_cancelled: bool,
}

/// Cancels a run that waits or is worked on; `words` say who did and why, and stand in the ledger.
///
/// The row is locked first, so that a run that ends in the same instant is either done or cancelled, never both: the
/// fence of its last step demands the state `running`. A second call is [`JobError::RunOver`], and changes nothing.
pub async fn cancel_run(pool: &PgPool, run_id: i64, words: &str) -> Result<Cancelled, JobError> {
    let held: Option<HeldRun> = sqlx::query_as(include_str!("cancel_run.sql"))
        .bind(run_id)
        .bind(words)
        .bind(CANCEL_CHANNEL)
        .fetch_optional(pool)
        .await
        .map_err(JobError::ledger("cancel a run"))?;
    match held {
        None => Err(JobError::UnknownRun { run_id }),
        Some(run) if !run.is_cancelled => Err(JobError::RunOver { run_id, state: run.state }),
        Some(run) => {
            Ok(Cancelled { job: run.job_id, business_date: run.business_date, was_running: run.state == "running" })
        }
    }
}

/// Cancels every waiting run of a job and returns how many; the one being worked on goes on. A second call finds none.
pub async fn cancel_queued(pool: &PgPool, job: &str, words: &str) -> Result<u64, JobError> {
    refuse_unknown_job(pool, job).await?;
    let cancelled = sqlx::query(include_str!("cancel_queued.sql")).bind(job).bind(words).execute(pool).await;
    Ok(cancelled.map_err(JobError::ledger("cancel runs"))?.rows_affected())
}
