//! A span of dates that somebody asks for: one run a date, oldest first.

use std::time::Duration;

use chrono::NaiveDate;
use sqlx::{FromRow, PgConnection, PgPool};

use crate::job::JobError;
use crate::job::ledger::refuse_unknown_job;
use crate::job::slot::notify;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Backfill<'a> {
    /// The job's name.
    pub job: &'a str,
    /// The first date.
    pub first_date: NaiveDate,
    /// The last date, which is one of them.
    pub last_date: NaiveDate,
    /// Whether reports of the past are mailed.
    pub is_mailing: bool,
    /// Whether dates with a succeeded run are left out.
    pub is_missing_only: bool,
    /// Whether each run waits for what its job needs of the same date, as a slot does.
    pub is_waiting: bool,
    /// How long serving workers leave the runs to whoever asks for them by their numbers.
    pub head_start: Duration,
}

/// A run of a backfill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub struct BackfillRun {
    /// The run.
    pub run_id: i64,
    /// The date it works for.
    pub business_date: NaiveDate,
}

/// Dates of one request: more than a year is more likely a slip of the keyboard than a wish, and each is a whole run.
const DATE_COUNT_MAX: i64 = 400;
/// Two requests of one job within one microsecond; the second asks again.
const COLLISION_MAX: usize = 8;

/// Queues one run a date, oldest first, and returns those that are new.
///
/// A second call while the first waits adds nothing: dates with an open backfill run are left to it, unless that one
/// does not mail and this one shall. Dates that succeeded are done again, unless only missing ones are asked for.
pub async fn request_backfill(pool: &PgPool, backfill: &Backfill<'_>) -> Result<Vec<BackfillRun>, JobError> {
    let Backfill { first_date, last_date, .. } = *backfill;
    let date_count = (last_date - first_date).num_days() + 1;
    if !(1..=DATE_COUNT_MAX).contains(&date_count) {
        return Err(JobError::Span { first_date, last_date, date_count, date_count_max: DATE_COUNT_MAX });
    }
    refuse_unknown_job(pool, backfill.job).await?;
    let write = || JobError::ledger("queue a backfill");
    let mut collision_count = 0;
    loop {
        let mut tx = pool.begin().await.map_err(write())?;
        match queue_dates(&mut tx, backfill).await {
            Ok(mut runs) => {
                notify(&mut tx).await?;
                tx.commit().await.map_err(write())?;
                runs.sort_by_key(|run| run.business_date);
                return Ok(runs);
            }
            Err(sqlx::Error::Database(e)) if e.is_unique_violation() && collision_count < COLLISION_MAX => {
                collision_count += 1;
            }
            Err(source) => return Err(write()(source)),
        }
    }
}

async fn queue_dates(tx: &mut PgConnection, backfill: &Backfill<'_>) -> Result<Vec<BackfillRun>, sqlx::Error> {
    // One request of a job at a time, so that a second one sees what the first queued.
    sqlx::query("select job_id from vesper.job where job_id = $1 for no key update")
        .bind(backfill.job)
        .execute(&mut *tx)
        .await?;
    sqlx::query_as(include_str!("request_backfill.sql"))
        .bind(backfill.job)
        .bind(backfill.first_date)
        .bind(backfill.last_date)
        .bind(backfill.is_mailing)
        .bind(backfill.is_missing_only)
        .bind(backfill.is_waiting)
        .bind(backfill.head_start.as_secs_f64())
        .fetch_all(tx)
        .await
}
