//! Runs that do not go on, and why, in plain words.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::job::JobError;

/// A run at the head of its queue that does not go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct StuckRun {
    /// The run.
    pub run_id: i64,
    /// Its job.
    pub job_id: String,
    /// The date it works for.
    pub business_date: NaiveDate,
    /// `silent`, `disabled`, `retry`, `needs` or `unclaimed`.
    pub why: String,
    /// Attempts so far.
    pub attempt: i32,
    /// Attempts allowed.
    pub attempt_max: i32,
    /// Not started before.
    pub run_after: DateTime<Utc>,
    /// Jobs that have not succeeded for the date.
    pub needs: Option<String>,
    /// Until when it waits for them.
    pub needs_by: Option<DateTime<Utc>>,
    /// When its worker was last heard, while it has one.
    pub heard_at: Option<DateTime<Utc>>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// Runs that do not go on, oldest slot first.
pub async fn stuck_runs(pool: &PgPool, row_max: i64) -> Result<Vec<StuckRun>, JobError> {
    let stuck = sqlx::query_as(include_str!("stuck_runs.sql")).bind(row_max).fetch_all(pool).await;
    stuck.map_err(JobError::ledger("find runs that are stuck"))
}

impl StuckRun {
    /// What it waits for, as a sentence without a full stop; `instant` writes a moment.
    pub fn words(&self, instant: impl Fn(DateTime<Utc>) -> String) -> String {
        let error = self.last_error.as_deref().unwrap_or("no reason was noted");
        match self.why.as_str() {
            "silent" => match self.heard_at {
                Some(at) => {
                    format!("its worker has been silent since {}; another takes it when the lease ends", instant(at))
                }
                None => "its worker is silent".to_owned(),
            },
            "disabled" => "its job is switched off or has no file".to_owned(),
            "retry" => {
                let (attempt, attempt_max, at) = (self.attempt, self.attempt_max, instant(self.run_after));
                format!("attempt {attempt} of {attempt_max} failed, the next is at {at}: {error}")
            }
            "needs" => {
                let needs = self.needs.as_deref().unwrap_or("what it needs");
                let until = self.needs_by.map_or(String::new(), |at| format!(" until {}", instant(at)));
                format!("waits for {needs} of {}{until}", self.business_date)
            }
            _ => format!("ready since {} and no worker takes it: is `vesper serve` running?", instant(self.run_after)),
        }
    }
}
