//! Jobs and their slots as rows: files become jobs, passed slots become runs, silent runs come back.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::types::Json;
use sqlx::{FromRow, PgPool};

use crate::base::nearest;
use crate::delivery::CHANNEL;
use crate::job::{Catchup, CatchupPolicy, Dst, Job, JobError, Origin, Schedule, Spec, plan_slots};

/// A job row as `sync_jobs.sql` reads it.
#[derive(Serialize)]
struct JobRow<'a> {
    job_id: &'a str,
    kind: &'static str,
    cron: &'a str,
    tz: &'static str,
    dst: &'static str,
    catchup: &'static str,
    catchup_grace: u64,
    catchup_window: u64,
    attempt_max: i32,
    lease: u64,
    run_timeout: u64,
    needs: &'a [String],
    needs_within: u64,
    on_uncertain: &'static str,
    spec: &'a Spec,
    file: &'a str,
    enabled: bool,
    cursor_at: DateTime<Utc>,
    next_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct KnownJob {
    job_id: String,
    cron: String,
    tz: String,
    dst: String,
    enabled: bool,
    cursor_at: DateTime<Utc>,
}

/// Writes the job files to the ledger. A second call with the same files changes nothing.
///
/// A new job, an edited pattern or zone, and a job switched on again start now: the past is not replayed. A job
/// without a file is switched off and keeps its history.
pub async fn sync_jobs(pool: &PgPool, jobs: &[Job]) -> Result<(), JobError> {
    let write = || JobError::ledger("write the job files");
    let mut tx = pool.begin().await.map_err(write())?;
    let known: Vec<KnownJob> =
        sqlx::query_as(include_str!("known_jobs.sql")).fetch_all(&mut *tx).await.map_err(write())?;
    let now: DateTime<Utc> =
        sqlx::query_scalar("select clock_timestamp()").fetch_one(&mut *tx).await.map_err(write())?;
    let rows: Vec<JobRow<'_>> = jobs.iter().map(|job| job_row(job, &known, now)).collect();
    sqlx::query(include_str!("sync_jobs.sql")).bind(Json(&rows)).execute(&mut *tx).await.map_err(write())?;
    let names: Vec<&str> = jobs.iter().map(|j| j.name.as_str()).collect();
    sqlx::query(include_str!("disable_jobs.sql")).bind(&names).execute(&mut *tx).await.map_err(write())?;
    tx.commit().await.map_err(write())
}

fn job_row<'a>(job: &'a Job, known: &[KnownJob], now: DateTime<Utc>) -> JobRow<'a> {
    let (tz, dst) = (job.zone.name(), job.dst.name());
    let is_same = |k: &&KnownJob| {
        let is_scheduled_alike = k.cron == job.cron && k.tz == tz && k.dst == dst;
        k.job_id == job.name && is_scheduled_alike && (k.enabled || !job.enabled)
    };
    let cursor_at = known.iter().find(is_same).map_or(now, |k| k.cursor_at);
    JobRow {
        job_id: &job.name,
        kind: job.spec.kind.name(),
        cron: &job.cron,
        tz,
        dst,
        catchup: job.catchup.policy.name(),
        catchup_grace: job.catchup.grace.as_secs(),
        catchup_window: job.catchup.window.as_secs(),
        attempt_max: job.limits.attempts,
        lease: job.limits.lease.as_secs(),
        run_timeout: job.limits.timeout.as_secs(),
        needs: &job.needs,
        needs_within: job.limits.needs_within.as_secs(),
        on_uncertain: job.spec.on_uncertain.name(),
        spec: &job.spec,
        file: &job.file,
        enabled: job.enabled,
        cursor_at,
        next_at: job.schedule.next_after(cursor_at),
    }
}

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
    let late = sqlx::query(include_str!("expire_needs.sql")).execute(pool).await;
    let late_count = late.map_err(JobError::ledger("give up on late runs"))?.rows_affected();
    Ok(Tick { slot_count, reaped_count, late_count })
}

/// Turns every passed slot into a run, queued or visibly skipped; returns how many are new.
///
/// One transaction a job moves the slots and the cursor together, so a kill between the two cannot happen and a
/// second worker adds nothing. A job whose stored schedule cannot be read is logged and left alone, for the others' sake.
pub async fn materialise(pool: &PgPool) -> Result<u64, JobError> {
    let due: Vec<String> = sqlx::query_scalar(include_str!("due_jobs.sql"))
        .fetch_all(pool)
        .await
        .map_err(JobError::ledger("find due jobs"))?;
    let mut slot_count = 0;
    for job in due {
        match materialise_job(pool, &job).await {
            Ok(count) => slot_count += count,
            Err(error @ JobError::Schedule { .. }) => tracing::error!(job.name = %job, "{error}"),
            Err(error) => return Err(error),
        }
    }
    Ok(slot_count)
}

#[derive(FromRow)]
struct DueJob {
    cron: String,
    tz: String,
    dst: String,
    catchup: String,
    spec: serde_json::Value,
    cursor_at: DateTime<Utc>,
    now: DateTime<Utc>,
    grace_secs: f64,
    window_secs: f64,
}

impl DueJob {
    fn schedule(&self) -> Result<Schedule, String> {
        let zone = self.tz.parse().map_err(|_| format!("unknown zone {}", self.tz))?;
        let dst = if self.dst == Dst::Elapsed.name() { Dst::Elapsed } else { Dst::Wall };
        Schedule::parse(&self.cron, zone, dst)
    }

    fn catchup(&self) -> Result<Catchup, String> {
        let known = CatchupPolicy::NAMES.iter().find(|(name, _)| *name == self.catchup);
        let (_, policy) = known.ok_or_else(|| format!("unknown catch-up policy {}", self.catchup))?;
        let span = Duration::from_secs_f64;
        Ok(Catchup { policy: *policy, grace: span(self.grace_secs), window: span(self.window_secs) })
    }
}

async fn materialise_job(pool: &PgPool, job: &str) -> Result<u64, JobError> {
    let write = || JobError::ledger("materialise slots");
    let mut tx = pool.begin().await.map_err(write())?;
    let due: Option<DueJob> =
        sqlx::query_as(include_str!("take_job.sql")).bind(job).fetch_optional(&mut *tx).await.map_err(write())?;
    // Another worker has it, or had it a moment ago.
    let Some(due) = due else { return Ok(0) };
    let unreadable = |reason| JobError::Schedule { job: job.to_owned(), reason };
    let schedule = due.schedule().map_err(unreadable)?;
    let catchup = due.catchup().map_err(unreadable)?;
    let spec: Spec = serde_json::from_value(due.spec.clone()).map_err(|e| unreadable(e.to_string()))?;

    let plan = plan_slots(&schedule, &catchup, due.cursor_at, due.now);
    let slots: Vec<DateTime<Utc>> = plan.slots.iter().map(|s| s.scheduled_for).collect();
    let dates: Vec<NaiveDate> = slots.iter().map(|slot| spec.date.business_date(&schedule, *slot)).collect();
    let reasons: Vec<Option<&str>> = plan.slots.iter().map(|s| s.skip_reason).collect();
    let inserted = sqlx::query(include_str!("insert_slots.sql"))
        .bind(job)
        .bind(&slots)
        .bind(&dates)
        .bind(&reasons)
        .execute(&mut *tx)
        .await
        .map_err(write())?;
    sqlx::query(include_str!("advance_cursor.sql"))
        .bind(job)
        .bind(plan.cursor_at)
        .bind(plan.next_at)
        .execute(&mut *tx)
        .await
        .map_err(write())?;
    notify(&mut tx).await.map_err(write())?;
    tx.commit().await.map_err(write())?;
    Ok(inserted.rows_affected())
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
    let mut tx = pool.begin().await.map_err(write())?;
    let names: Vec<String> =
        sqlx::query_scalar("select job_id from vesper.job").fetch_all(&mut *tx).await.map_err(write())?;
    if !names.iter().any(|name| name == request.job) {
        let near = nearest(request.job, names.iter().map(String::as_str)).map(str::to_owned);
        return Err(JobError::UnknownJob { name: request.job.to_owned(), nearest: near });
    }
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
    notify(&mut tx).await.map_err(write())?;
    tx.commit().await.map_err(write())?;
    Ok(run_id)
}

async fn notify(tx: &mut sqlx::PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("select pg_notify($1, 'run')").bind(CHANNEL).execute(tx).await.map(|_| ())
}
