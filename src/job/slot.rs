//! Slots that have passed become runs, queued or visibly skipped.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::{FromRow, PgConnection, PgPool};

use crate::base::chaos;
use crate::delivery::CHANNEL;
use crate::job::{Catchup, CatchupPolicy, DayRule, Dst, JobError, Plan, Schedule, Spec, plan_slots};

/// Slots that one transaction turns into runs; what is over waits for the next one.
const SLOT_MAX: usize = 20_000;

/// A job as the ledger holds it: everything that its slots need, so that no file is asked.
#[derive(FromRow)]
pub(super) struct StoredJob {
    pub job_id: String,
    pub cron: String,
    pub tz: String,
    pub dst: String,
    pub calendar: Option<serde_json::Value>,
    pub digest: Option<String>,
    pub enabled: bool,
    pub cursor_at: DateTime<Utc>,
    pub next_at: Option<DateTime<Utc>>,
    catchup: String,
    spec: serde_json::Value,
    grace_secs: f64,
    window_secs: f64,
}

impl StoredJob {
    /// The slots in `(cursor_at, now]`, as the stored schedule has them.
    pub fn plan_from(&self, cursor_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<DuePlan<'_>, JobError> {
        let unreadable = |reason| JobError::Schedule { job: self.job_id.clone(), reason };
        let schedule = self.schedule().map_err(unreadable)?;
        let catchup = self.catchup().map_err(unreadable)?;
        let spec: Spec = serde_json::from_value(self.spec.clone()).map_err(|e| unreadable(e.to_string()))?;
        let plan = plan_slots(&schedule, &catchup, cursor_at, now);
        let dates = plan.slots.iter().map(|s| spec.date.business_date(&schedule, s.scheduled_for)).collect();
        Ok(DuePlan { job: &self.job_id, plan, dates })
    }

    fn schedule(&self) -> Result<Schedule, String> {
        stored_schedule(&self.cron, &self.tz, &self.dst, self.calendar.as_ref())
    }

    fn catchup(&self) -> Result<Catchup, String> {
        let known = CatchupPolicy::NAMES.iter().find(|(name, _)| *name == self.catchup);
        let (_, policy) = known.ok_or_else(|| format!("unknown catch-up policy {}", self.catchup))?;
        let span = Duration::from_secs_f64;
        Ok(Catchup { policy: *policy, grace: span(self.grace_secs), window: span(self.window_secs) })
    }
}

/// A schedule as the ledger holds it.
pub(super) fn stored_schedule(
    cron: &str,
    tz: &str,
    dst: &str,
    calendar: Option<&serde_json::Value>,
) -> Result<Schedule, String> {
    let zone = tz.parse().map_err(|_| format!("unknown zone {tz}"))?;
    let dst = if dst == Dst::Elapsed.name() { Dst::Elapsed } else { Dst::Wall };
    let schedule = Schedule::parse(cron, zone, dst)?;
    let Some(days) = calendar else { return Ok(schedule) };
    let rule = DayRule::deserialize(days).map_err(|e| format!("calendar: {e}"))?;
    Ok(schedule.on_days(rule))
}

/// A job's passed slots with their business dates.
pub(super) struct DuePlan<'j> {
    job: &'j str,
    plan: Plan,
    dates: Vec<NaiveDate>,
}

impl DuePlan<'_> {
    /// Where the job's cursor goes.
    pub fn cursor_at(&self) -> DateTime<Utc> {
        self.plan.cursor_at
    }

    /// Whether slots up to `now` are left for another plan.
    pub fn is_cut(&self, now: DateTime<Utc>) -> bool {
        self.plan.next_at.is_some_and(|next| next <= now)
    }
}

/// Turns every passed slot into a run, queued or visibly skipped; returns how many are new.
///
/// One transaction moves the slots and the cursors of all due jobs together, so a kill between the two cannot happen
/// and a second worker adds nothing. A job whose stored schedule cannot be read is logged and left alone, for the
/// others' sake.
pub async fn materialise(pool: &PgPool) -> Result<u64, JobError> {
    let write = || JobError::ledger("materialise slots");
    // Nothing is due most of the time: that is one statement and no transaction.
    let has_due: bool = sqlx::query_scalar(include_str!("has_due_jobs.sql")).fetch_one(pool).await.map_err(write())?;
    if !has_due {
        return Ok(0);
    }
    let mut tx = pool.begin().await.map_err(write())?;
    let due: Vec<StoredJob> =
        sqlx::query_as(include_str!("take_due_jobs.sql")).fetch_all(&mut *tx).await.map_err(write())?;
    // Asked once the jobs are held: a cursor that another worker moved is never ahead of it.
    let now = read_clock(&mut tx).await?;
    let mut plans = Vec::new();
    let mut slot_count = 0;
    for job in &due {
        match job.plan_from(job.cursor_at, now) {
            Ok(plan) => {
                slot_count += plan.dates.len();
                plans.push(plan);
            }
            Err(error) => tracing::error!(job.name = %job.job_id, "{error}"),
        }
        if slot_count >= SLOT_MAX {
            break;
        }
    }
    if chaos::is_mutant("cursor") {
        advance_cursors(&mut tx, &plans).await?;
        tx.commit().await.map_err(write())?;
        tx = pool.begin().await.map_err(write())?;
    }
    let inserted_count = record_plans(&mut tx, &plans).await?;
    tx.commit().await.map_err(write())?;
    chaos::point("slots.committed");
    Ok(inserted_count)
}

/// Writes the slots of many jobs and moves their cursors. The caller holds the jobs' rows.
///
/// A second call with the same plans adds nothing and moves the cursors to where they are.
pub(super) async fn record_plans(tx: &mut PgConnection, plans: &[DuePlan<'_>]) -> Result<u64, JobError> {
    let write = || JobError::ledger("materialise slots");
    if plans.is_empty() {
        return Ok(0);
    }
    let slots = || plans.iter().flat_map(|p| p.plan.slots.iter().map(|slot| (p.job, slot)));
    let slot_jobs: Vec<&str> = slots().map(|(job, _)| job).collect();
    let instants: Vec<DateTime<Utc>> = slots().map(|(_, slot)| slot.scheduled_for).collect();
    let dates: Vec<NaiveDate> = plans.iter().flat_map(|p| p.dates.iter().copied()).collect();
    let reasons: Vec<Option<&str>> = slots().map(|(_, slot)| slot.skip_reason.as_deref()).collect();
    let inserted = sqlx::query(include_str!("insert_slots.sql"))
        .bind(&slot_jobs)
        .bind(&instants)
        .bind(&dates)
        .bind(&reasons)
        .execute(&mut *tx)
        .await
        .map_err(write())?;
    chaos::point("slots.inserted");
    advance_cursors(tx, plans).await?;
    chaos::point("slots.advanced");
    notify(&mut *tx).await?;
    Ok(inserted.rows_affected())
}

async fn advance_cursors(tx: &mut PgConnection, plans: &[DuePlan<'_>]) -> Result<(), JobError> {
    let jobs: Vec<&str> = plans.iter().map(|p| p.job).collect();
    let cursors: Vec<DateTime<Utc>> = plans.iter().map(|p| p.plan.cursor_at).collect();
    let nexts: Vec<Option<DateTime<Utc>>> = plans.iter().map(|p| p.plan.next_at).collect();
    let advance = sqlx::query(include_str!("advance_cursors.sql")).bind(&jobs).bind(&cursors).bind(&nexts);
    advance.execute(tx).await.map(|_| ()).map_err(JobError::ledger("materialise slots"))
}

/// The database's clock: the only one that decides what is due.
pub(super) async fn read_clock(tx: &mut PgConnection) -> Result<DateTime<Utc>, JobError> {
    let now = sqlx::query_scalar("select clock_timestamp()").fetch_one(tx).await;
    now.map_err(JobError::ledger("read the database's clock"))
}

/// Wakes every worker once the transaction commits.
pub(super) async fn notify(tx: &mut PgConnection) -> Result<(), JobError> {
    let notified = sqlx::query("select pg_notify($1, 'run')").bind(CHANNEL).execute(tx).await;
    notified.map(|_| ()).map_err(JobError::ledger("wake the workers"))
}
