//! What a tick does to the ledger, and runs that somebody asks for.

use std::time::Duration;

use chrono::NaiveDate;
use sqlx::PgPool;

use crate::base::{chaos, nearest};
use crate::job::slot::notify;
use crate::job::{JobError, Origin, materialise};

/// What a tick did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tick {
    /// Slots that became rows.
    pub slot_count: u64,
    /// Runs taken from workers that fell silent.
    pub reaped_count: u64,
    /// Runs that waited for their needs in vain.
    pub late_count: u64,
}

/// Materialises, reaps, gives up on what waited too long. Any number of workers may tick at once.
pub async fn tick(pool: &PgPool) -> Result<Tick, JobError> {
    let slot_count = materialise(pool).await?;
    let reaped = sqlx::query(include_str!("reap_runs.sql")).execute(pool).await;
    let reaped_count = reaped.map_err(JobError::ledger("take back silent runs"))?.rows_affected();
    if reaped_count > 0 {
        chaos::point("run.reaped");
    }
    let late = sqlx::query(include_str!("expire_needs.sql")).execute(pool).await;
    let late_count = late.map_err(JobError::ledger("give up on late runs"))?.rows_affected();
    Ok(Tick { slot_count, reaped_count, late_count })
}

/// A run somebody asks for.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The job's name.
    pub job: &'a str,
    /// The date it works for.
    pub business_date: NaiveDate,
    /// By hand or as part of a backfill.
    pub origin: Origin,
    /// How long serving workers leave the run to whoever asks for it by its number; zero to leave it to them.
    pub head_start: Duration,
}

/// Queues a run outside its schedule and returns its id. Each call is a run of its own.
pub async fn request_run(pool: &PgPool, request: &Request<'_>) -> Result<i64, JobError> {
    let write = || JobError::ledger("queue a run");
    refuse_unknown_job(pool, request.job).await?;
    let mut tx = pool.begin().await.map_err(write())?;
    // Two requests within one microsecond share a slot; the second asks again.
    let run_id = loop {
        let inserted: Option<i64> = sqlx::query_scalar(include_str!("request_run.sql"))
            .bind(request.job)
            .bind(request.business_date)
            .bind(request.origin.name())
            .bind(request.head_start.as_secs_f64())
            .fetch_optional(&mut *tx)
            .await
            .map_err(write())?;
        if let Some(run_id) = inserted {
            break run_id;
        }
    };
    notify(&mut tx).await?;
    tx.commit().await.map_err(write())?;
    Ok(run_id)
}

/// Fails with the nearest name when nobody knows the job.
pub async fn refuse_unknown_job(pool: &PgPool, job: &str) -> Result<(), JobError> {
    let names: Vec<String> = sqlx::query_scalar("select job_id from vesper.job")
        .fetch_all(pool)
        .await
        .map_err(JobError::ledger("look a job up"))?;
    if names.iter().any(|name| name == job) {
        return Ok(());
    }
    let near = nearest(job, names.iter().map(String::as_str)).map(str::to_owned);
    Err(JobError::UnknownJob { name: job.to_owned(), nearest: near })
}
