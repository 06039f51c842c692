//! What can only be seen in the ledger afterwards: runs that are dead, editions whose mails are settled or held. The
//! ledger is looked at again and again, and what a hook was not told of yet is enqueued.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use sqlx::{FromRow, PgPool};

use crate::delivery::DeliveryError;
use crate::delivery::edition::Manifest;
use crate::delivery::webhook::outbox::enqueue_calls;
use crate::delivery::webhook::{Event, EventData, EventKind, Webhook, Webhooks};

/// A run's error in a call is cut to this; `vesper status` tells all of it.
const ERROR_LENGTH_MAX: usize = 1_000;

#[derive(FromRow)]
struct DeadRun {
    run_id: i64,
    job_id: String,
    kind: String,
    business_date: NaiveDate,
    scheduled_for: DateTime<Utc>,
    attempt: i32,
    finished_at: DateTime<Utc>,
    error: String,
    hooks: Vec<String>,
}

#[derive(FromRow)]
struct Edition {
    edition_id: i64,
    job_id: String,
    report: String,
    business_date: NaiveDate,
    run_id: i64,
    sealed_at: DateTime<Utc>,
    manifest: Json<Manifest>,
    found_at: DateTime<Utc>,
    sent_count: i64,
    dead_count: i64,
    suppressed_count: i64,
    uncertain_count: i64,
    hooks: Vec<String>,
}

/// Enqueues a call for everything a hook was not told of; how many. Any number of processes may do it at once, and a
/// second run adds nothing: the calls' keys are unique.
pub(super) async fn sweep(pool: &PgPool, webhooks: &Webhooks) -> Result<u64, DeliveryError> {
    let url = webhooks.public_url.as_deref();
    let mut found: Vec<(Event, Vec<String>)> = Vec::new();
    if let Some((hooks, jobs)) = listeners(&webhooks.list, EventKind::RunDead) {
        let sql = sqlx::query_as(include_str!("dead_runs.sql")).bind(hooks).bind(jobs);
        let runs: Vec<DeadRun> = sql.fetch_all(pool).await.map_err(DeliveryError::ledger("find dead runs"))?;
        found.extend(runs.into_iter().map(|run| run.event(url)));
    }
    for (kind, sql) in [
        (EventKind::EditionSent, include_str!("settled_editions.sql")),
        (EventKind::EditionHeld, include_str!("held_editions.sql")),
    ] {
        let Some((hooks, jobs)) = listeners(&webhooks.list, kind) else { continue };
        let rows = sqlx::query_as(sql).bind(hooks).bind(jobs).fetch_all(pool).await;
        let rows: Vec<Edition> = rows.map_err(DeliveryError::ledger("find editions to tell of"))?;
        found.extend(rows.into_iter().map(|edition| edition.event(kind, url)));
    }
    let mut count = 0;
    for (event, names) in found {
        let hooks: Vec<&Webhook> = webhooks.list.iter().filter(|hook| names.contains(&hook.name)).collect();
        let mut tx = pool.begin().await.map_err(DeliveryError::ledger("enqueue calls of webhooks"))?;
        count += enqueue_calls(&mut tx, &hooks, &event).await?;
        tx.commit().await.map_err(DeliveryError::ledger("enqueue calls of webhooks"))?;
    }
    Ok(count)
}

/// Who listens to a kind, as the statements take it: one line a hook and job; `None` when nobody does.
fn listeners(hooks: &[Webhook], kind: EventKind) -> Option<(Vec<&str>, Vec<Option<&str>>)> {
    let listening = hooks.iter().filter(|hook| hook.events.contains(&kind));
    let lines = listening.flat_map(|hook| {
        let all = hook.jobs.is_empty().then_some((hook.name.as_str(), None));
        all.into_iter().chain(hook.jobs.iter().map(|job| (hook.name.as_str(), Some(job.as_str()))))
    });
    let (names, jobs): (Vec<_>, Vec<_>) = lines.unzip();
    (!names.is_empty()).then_some((names, jobs))
}

impl DeadRun {
    fn event(self, url: Option<&str>) -> (Event, Vec<String>) {
        let data = EventData::RunDead {
            kind: self.kind,
            scheduled_for: self.scheduled_for,
            attempt_count: self.attempt.max(0) as u64,
            error: self.error.chars().take(ERROR_LENGTH_MAX).collect(),
        };
        let (at, run_id, job, business_date) = (self.finished_at, self.run_id, self.job_id, self.business_date);
        (Event { at, run_id, job, business_date, url: url.map(str::to_owned), data }, self.hooks)
    }
}

impl Edition {
    fn event(self, kind: EventKind, url: Option<&str>) -> (Event, Vec<String>) {
        let Edition { edition_id, report, sealed_at, .. } = self;
        let count = |n: i64| n.max(0) as u64;
        let data = if kind == EventKind::EditionHeld {
            EventData::EditionHeld {
                edition_id,
                report,
                uncertain_count: count(self.uncertain_count),
                reason: "the mail server's last answer was lost; nobody knows whether it took the mail".to_owned(),
            }
        } else {
            EventData::EditionSent {
                edition_id,
                report,
                sealed_at,
                sent_count: count(self.sent_count),
                dead_count: count(self.dead_count),
                suppressed_count: count(self.suppressed_count),
                files: self.manifest.files.iter().map(Into::into).collect(),
            }
        };
        let (at, run_id, job, business_date) = (self.found_at, self.run_id, self.job_id, self.business_date);
        (Event { at, run_id, job, business_date, url: url.map(str::to_owned), data }, self.hooks)
    }
}
