//! Job files become rows. An edit takes effect from now on: what came due before it runs as it was written then.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};

use crate::job::slot::{StoredJob, notify, read_clock, record_plans};
use crate::job::{Job, JobError, Spec};

/// A job row as `sync_jobs.sql` reads it.
#[derive(Serialize)]
struct JobRow<'a> {
    #[serde(flatten)]
    content: JobContent<'a>,
    digest: String,
    cursor_at: DateTime<Utc>,
    next_at: Option<DateTime<Utc>>,
}

/// What the file says.
#[derive(Serialize)]
struct JobContent<'a> {
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
    calendar: Option<serde_json::Value>,
    file: &'a str,
    enabled: bool,
}

impl<'a> JobContent<'a> {
    fn of(job: &'a Job) -> Self {
        Self {
            job_id: &job.name,
            kind: job.spec.kind.name(),
            cron: &job.cron,
            tz: job.zone.name(),
            dst: job.dst.name(),
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
            calendar: job.schedule.days().map(|rule| serde_json::to_value(rule).expect("a calendar has text keys")),
            file: &job.file,
            enabled: job.enabled,
        }
    }

    fn digest(&self) -> String {
        hex::encode(Sha256::digest(serde_json::to_vec(self).expect("a job file's content has text keys")))
    }

    /// Whether the slots stay the same: pattern, zone, rule, calendar, and whether they run at all.
    fn is_scheduled_as(&self, known: &StoredJob) -> bool {
        let pattern = (known.cron.as_str(), known.tz.as_str(), known.dst.as_str());
        pattern == (self.cron, self.tz, self.dst) && known.calendar == self.calendar && known.enabled == self.enabled
    }
}

/// What the files changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Synced {
    /// Jobs that are new or say something else than before.
    pub changed: Vec<String>,
    /// Jobs whose file is gone.
    pub removed: Vec<String>,
    /// Slots that had passed under a schedule that ended here, and are runs now.
    pub slot_count: u64,
}

/// Writes the job files to the ledger. A second call with the same files changes nothing, and any number of workers
/// may call it at once: one transaction each, one after the other.
///
/// A new job, an edited schedule, and a job switched on or off start now: the past is not replayed. Slots that had
/// passed under the schedule that ends, and that no tick had seen yet, become runs first, as they were written then. A
/// job without a file is switched off and keeps its history; runs it still has in the queue wait for the file's return.
pub async fn sync_jobs(pool: &PgPool, jobs: &[Job]) -> Result<Synced, JobError> {
    let write = || JobError::ledger("write the job files");
    let contents: Vec<JobContent<'_>> = jobs.iter().map(JobContent::of).collect();
    let mut tx = pool.begin().await.map_err(write())?;
    sqlx::query(include_str!("lock_sync.sql")).execute(&mut *tx).await.map_err(write())?;
    let known: Vec<StoredJob> =
        sqlx::query_as(include_str!("known_jobs.sql")).fetch_all(&mut *tx).await.map_err(write())?;
    // Asked once every job is held: no tick can take a slot between this instant and the new cursors.
    let now = read_clock(&mut tx).await?;
    let find = |name: &str| known.iter().find(|k| k.job_id == name);

    let ending = known.iter().filter(|k| !contents.iter().any(|c| c.job_id == k.job_id && c.is_scheduled_as(k)));
    let slot_count = settle_slots(&mut tx, ending, now).await?;
    let mut changed = Vec::new();
    let rows: Vec<JobRow<'_>> = contents
        .into_iter()
        .zip(jobs)
        .map(|(content, job)| {
            let known = find(&job.name);
            let cursor_at = known.filter(|k| content.is_scheduled_as(k)).map_or(now, |k| k.cursor_at);
            let digest = content.digest();
            if known.is_none_or(|k| k.digest.as_ref() != Some(&digest)) {
                changed.push(job.name.clone());
            }
            JobRow { content, digest, cursor_at, next_at: job.schedule.next_after(cursor_at) }
        })
        .collect();
    sqlx::query(include_str!("sync_jobs.sql")).bind(Json(&rows)).execute(&mut *tx).await.map_err(write())?;
    let names: Vec<&str> = jobs.iter().map(|j| j.name.as_str()).collect();
    let removed =
        sqlx::query_scalar(include_str!("disable_jobs.sql")).bind(&names).fetch_all(&mut *tx).await.map_err(write())?;
    notify(&mut tx).await?;
    tx.commit().await.map_err(write())?;
    Ok(Synced { changed, removed, slot_count })
}

/// Makes runs of the slots that passed under schedules that end now. Their rows are held, their cursors are about to be
/// written over.
async fn settle_slots<'k>(
    tx: &mut PgConnection,
    ending: impl Iterator<Item = &'k StoredJob>,
    now: DateTime<Utc>,
) -> Result<u64, JobError> {
    let mut slot_count = 0;
    for job in ending.filter(|job| job.enabled && job.next_at.is_some_and(|next| next <= now)) {
        let mut cursor_at = job.cursor_at;
        loop {
            // What another version wrote and this one cannot read has no slots that could be told.
            let due = match job.plan_from(cursor_at, now) {
                Ok(due) => due,
                Err(error) => {
                    tracing::error!(job.name = %job.job_id, "{error}; what was due of it is not known");
                    break;
                }
            };
            let is_done = !due.is_cut(now);
            cursor_at = due.cursor_at();
            slot_count += record_plans(&mut *tx, &[due]).await?;
            if is_done {
                break;
            }
        }
    }
    Ok(slot_count)
}

/// The jobs whose rows were not written from these files: another worker reads other files, or is of another version.
pub async fn foreign_jobs(pool: &PgPool, jobs: &[Job]) -> Result<Vec<String>, JobError> {
    let names: Vec<&str> = jobs.iter().map(|j| j.name.as_str()).collect();
    let digests: Vec<String> = jobs.iter().map(|j| JobContent::of(j).digest()).collect();
    let found = sqlx::query_scalar(include_str!("foreign_jobs.sql")).bind(&names).bind(&digests).fetch_all(pool).await;
    found.map_err(JobError::ledger("compare the job files"))
}
