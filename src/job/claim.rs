//! One worker's hold on one run: taken, renewed, given up. Every write names the attempt it belongs to.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::base::{Desk, Remedy, chaos};
use crate::job::slot::stored_schedule;
use crate::job::{JobError, RunError, Spec};

/// Who asked for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The schedule.
    Cron,
    /// A person.
    Manual,
    /// A person, for a span of dates.
    Backfill,
}

impl Origin {
    /// The name in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Cron => "cron",
            Origin::Manual => "manual",
            Origin::Backfill => "backfill",
        }
    }

    fn parse(name: &str) -> Origin {
        match name {
            "manual" => Origin::Manual,
            "backfill" => Origin::Backfill,
            _ => Origin::Cron,
        }
    }
}

/// A claimed run.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The run.
    pub run_id: i64,
    /// The job's name.
    pub job: String,
    /// The slot, or the moment of a request by hand.
    pub scheduled_for: DateTime<Utc>,
    /// The date to work for.
    pub business_date: NaiveDate,
    /// Who asked for it.
    pub origin: Origin,
    /// Whether its report is mailed.
    pub is_mailing: bool,
    /// From the slot to the first start.
    pub lateness: Duration,
    /// The fencing token.
    pub attempt: i32,
    /// The worker.
    pub owner: Uuid,
    /// The job's spec as it was when the run was made.
    pub spec: Spec,
    /// The job's next slot that its calendar lets run, for a run of the schedule: until then its mail is worth sending.
    pub next_slot_at: Option<DateTime<Utc>>,
    /// Silence after which another worker takes the run.
    pub lease: Duration,
    /// Time the attempt may take.
    pub timeout: Duration,
}

#[derive(FromRow)]
struct ClaimRow {
    run_id: i64,
    job_id: String,
    scheduled_for: DateTime<Utc>,
    business_date: NaiveDate,
    origin: String,
    is_mailing: bool,
    attempt: i32,
    lease_owner: Uuid,
    spec: serde_json::Value,
    next_at: Option<DateTime<Utc>>,
    cron: String,
    tz: String,
    dst: String,
    calendar: Option<serde_json::Value>,
    lateness_secs: f64,
    lease_secs: f64,
    timeout_secs: f64,
}

/// A next slot further away than this expires no mail: every mail is given up before it.
const NEXT_SLOT_MAX: TimeDelta = TimeDelta::days(4);

impl ClaimRow {
    /// The next slot, over those that the calendar skips.
    fn next_slot_at(&self) -> Option<DateTime<Utc>> {
        let (next_at, calendar) = (self.next_at?, self.calendar.as_ref());
        if calendar.is_none() {
            return Some(next_at);
        }
        match stored_schedule(&self.cron, &self.tz, &self.dst, calendar) {
            Ok(schedule) => schedule.next_running(next_at - TimeDelta::microseconds(1), next_at + NEXT_SLOT_MAX),
            // The next slot tells why the schedule cannot be read.
            Err(_) => Some(next_at),
        }
    }
}

/// Takes the oldest run that is ready; `None` when there is none or another worker was faster.
pub async fn claim(desk: impl Into<Desk>, worker: Uuid) -> Result<Option<Claim>, JobError> {
    take(&desk.into(), worker, None).await
}

/// Takes one run; `None` when it is not ready: its job is live elsewhere, it waits, or it is done.
pub async fn claim_run(pool: &PgPool, worker: Uuid, run_id: i64) -> Result<Option<Claim>, JobError> {
    take(&Desk::from(pool), worker, Some(run_id)).await
}

async fn take(desk: &Desk, worker: Uuid, run_id: Option<i64>) -> Result<Option<Claim>, JobError> {
    let Some(row) = take_row(desk, worker, run_id).await? else { return Ok(None) };
    chaos::point("run.claimed");
    let origin = Origin::parse(&row.origin);
    let next_slot_at = row.next_slot_at().filter(|_| origin == Origin::Cron);
    let spec = match serde_json::from_value(row.spec) {
        Ok(spec) => spec,
        Err(source) => return reject_spec(desk.pool(), row.run_id, (row.attempt, worker), source).await,
    };
    Ok(Some(Claim {
        run_id: row.run_id,
        job: row.job_id,
        scheduled_for: row.scheduled_for,
        business_date: row.business_date,
        origin,
        is_mailing: row.is_mailing,
        // A slot of a clock that was ahead is not late.
        lateness: Duration::from_secs_f64(row.lateness_secs.max(0.0)),
        attempt: row.attempt,
        owner: row.lease_owner,
        spec,
        next_slot_at,
        lease: Duration::from_secs_f64(row.lease_secs),
        timeout: Duration::from_secs_f64(row.timeout_secs),
    }))
}

/// Races lost in a row before the next tick is the better time to ask.
const RACE_MAX: usize = 4;

/// The oldest queued runs that are asked first. When none of them is ready (they wait, or their jobs are live), all are.
const WINDOW: i64 = 16;

async fn take_row(desk: &Desk, worker: Uuid, run_id: Option<i64>) -> Result<Option<ClaimRow>, JobError> {
    let mut window = Some(WINDOW);
    let failed = || JobError::ledger("claim a run");
    for _ in 0..RACE_MAX {
        let mut connection = desk.take().await.map_err(failed())?;
        let claimed: Result<Option<ClaimRow>, sqlx::Error> = sqlx::query_as(include_str!("claim_run.sql"))
            .bind(worker)
            .bind(run_id)
            .bind(window)
            .fetch_optional(&mut *connection)
            .await;
        if claimed.is_ok() {
            desk.keep(connection);
        }
        match claimed {
            Ok(None) if run_id.is_none() && window.is_some() => window = None,
            // Two workers took two runs of one job in the same instant; `run_one_live` let the other. Jobs beside it
            // may be ready.
            Err(sqlx::Error::Database(e)) if e.is_unique_violation() => {}
            answered => return answered.map_err(failed()),
        }
    }
    Ok(None)
}

/// A spec of another version would fail the same way each time: the run is dead, and the next claim goes on.
async fn reject_spec(
    pool: &PgPool,
    run_id: i64,
    (attempt, worker): (i32, Uuid),
    source: serde_json::Error,
) -> Result<Option<Claim>, JobError> {
    let error = JobError::Stored { run_id, what: "spec".to_owned(), source };
    let failure: Option<String> = sqlx::query_scalar(include_str!("fail_run.sql"))
        .bind(run_id)
        .bind(attempt)
        .bind(worker)
        .bind(error.to_string())
        .bind(false)
        .fetch_optional(pool)
        .await
        .map_err(JobError::ledger("record a failure"))?;
    tracing::error!(run.id = run_id, run.state = failure, "{error}");
    Err(error)
}

/// Renews the lease. [`JobError::Superseded`] means that the work must stop: it can commit nothing more.
pub async fn heartbeat(pool: &PgPool, claim: &Claim) -> Result<(), JobError> {
    write_fenced(&pool.into(), claim, include_str!("heartbeat.sql"), "renew a lease").await?;
    chaos::point("run.renewed");
    Ok(())
}

/// Records success.
pub async fn finish(desk: impl Into<Desk>, claim: &Claim) -> Result<(), JobError> {
    write_fenced(&desk.into(), claim, include_str!("finish_run.sql"), "finish a run").await?;
    chaos::point("run.finished");
    Ok(())
}

/// Gives the run back untried, for a worker that stops.
pub async fn hand_over(pool: &PgPool, claim: &Claim) -> Result<(), JobError> {
    write_fenced(&pool.into(), claim, include_str!("hand_over_run.sql"), "hand a run over").await?;
    chaos::point("run.handed_over");
    Ok(())
}

async fn write_fenced(desk: &Desk, claim: &Claim, sql: &'static str, action: &'static str) -> Result<(), JobError> {
    let mut connection = desk.take().await.map_err(JobError::ledger(action))?;
    let write = sqlx::query(sql).bind(claim.run_id).bind(claim.attempt).bind(claim.owner);
    let written = write.execute(&mut *connection).await.map_err(JobError::ledger(action))?;
    desk.keep(connection);
    match written.rows_affected() {
        0 => Err(JobError::Superseded { run_id: claim.run_id, attempt: claim.attempt }),
        _ => Ok(()),
    }
}

/// What became of a failed run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It is tried again after a pause.
    Retried,
    /// It is not.
    Dead,
}

/// Records a failure: tried again when that may help and attempts are left, dead otherwise.
pub async fn fail(pool: &PgPool, claim: &Claim, error: &RunError) -> Result<Failure, JobError> {
    let state: Option<String> = sqlx::query_scalar(include_str!("fail_run.sql"))
        .bind(claim.run_id)
        .bind(claim.attempt)
        .bind(claim.owner)
        .bind(error.to_string())
        .bind(error.remedy == Remedy::RetryLater)
        .fetch_optional(pool)
        .await
        .map_err(JobError::ledger("record a failure"))?;
    chaos::point("run.failed");
    match state.as_deref() {
        Some("queued") => Ok(Failure::Retried),
        Some(_) => Ok(Failure::Dead),
        None => Err(JobError::Superseded { run_id: claim.run_id, attempt: claim.attempt }),
    }
}
