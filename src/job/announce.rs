//! What a run tells the webhooks, in the transactions of its steps.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool, Row};

use crate::base::clock;
use crate::delivery::SealedEdition;
use crate::delivery::webhook::{Breach, EntityBalance, Event, EventData, Webhooks, announce};
use crate::job::{Claim, JobError, RunError};
use crate::metric::{MetricError, Published};

/// Tells that a new snapshot is current. Nothing when the publish found nothing new: it was told then.
pub(super) async fn tell_published(
    tx: &mut PgConnection,
    webhooks: &Webhooks,
    claim: &Claim,
    published: &Published,
) -> Result<(), RunError> {
    if webhooks.list.is_empty() || !published.is_new {
        return Ok(());
    }
    let row = sqlx::query(include_str!("published_snapshot.sql")).bind(published.snapshot_id).fetch_one(&mut *tx).await;
    let row = row.map_err(JobError::ledger("read what was published"))?;
    let Json(entities): Json<Vec<serde_json::Value>> = row.get("reconciliation");
    let published_at: DateTime<Utc> = row.get("published_at");
    let data = EventData::SnapshotPublished {
        snapshot_id: published.snapshot_id,
        published_at,
        currency: row.get("currency"),
        point_count: published.point_count as u64,
        entities: entities.iter().map(balance_of).collect(),
    };
    announce(tx, &webhooks.list, &event_of(webhooks, claim, published_at, data)).await?;
    Ok(())
}

fn balance_of(line: &serde_json::Value) -> EntityBalance {
    let count = |key: &str| line.get(key).and_then(serde_json::Value::as_i64).unwrap_or_default();
    EntityBalance {
        entity: line.get("entity").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned(),
        source_rows: count("source_rows"),
        star_rows: count("star_rows"),
        quarantined_rows: count("quarantined_rows"),
    }
}

/// Tells that an edition is sealed.
pub(super) async fn tell_sealed(
    tx: &mut PgConnection,
    webhooks: &Webhooks,
    claim: &Claim,
    edition: &SealedEdition,
    recipient_count: usize,
) -> Result<(), RunError> {
    let data = EventData::EditionSealed {
        edition_id: edition.edition_id,
        report: edition.report.clone(),
        snapshot_id: edition.manifest.snapshot_id,
        recipient_count: recipient_count as u64,
        files: edition.manifest.files.iter().map(Into::into).collect(),
    };
    announce(tx, &webhooks.list, &event_of(webhooks, claim, edition.sealed_at, data)).await?;
    Ok(())
}

/// What an error of the publish says of the numbers, when it says that they are held.
pub(super) fn breaches_of(error: &MetricError) -> Vec<Breach> {
    match error {
        MetricError::Identity { violations, .. } => {
            violations.iter().map(|v| Breach { identity: v.identity.clone(), detail: v.detail.clone() }).collect()
        }
        MetricError::Cube(_)
        | MetricError::Compute(_)
        | MetricError::Thread
        | MetricError::Kpi(_)
        | MetricError::Table { .. }
        | MetricError::Warehouse { .. } => Vec::new(),
    }
}

/// Tells that the numbers of a run are held: in a transaction of its own, because the publish rolled back. A worker
/// that dies before it tells meets the same breach on the next attempt; a second telling of the same run adds nothing.
pub(super) async fn tell_held(
    pool: &PgPool,
    webhooks: &Webhooks,
    claim: &Claim,
    breaches: Vec<Breach>,
) -> Result<(), RunError> {
    let event = event_of(webhooks, claim, clock::now(), EventData::SnapshotHeld { breaches });
    let mut tx = pool.begin().await.map_err(JobError::ledger("tell that numbers are held"))?;
    announce(&mut tx, &webhooks.list, &event).await?;
    tx.commit().await.map_err(JobError::ledger("tell that numbers are held"))?;
    Ok(())
}

fn event_of(webhooks: &Webhooks, claim: &Claim, at: DateTime<Utc>, data: EventData) -> Event {
    Event {
        at,
        run_id: claim.run_id,
        job: claim.job.clone(),
        business_date: claim.business_date,
        url: webhooks.public_url.clone(),
        data,
    }
}
