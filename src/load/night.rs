//! One source's load, from the open snapshot to the counts.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};
use tracing::info;

use crate::base::pg::Database;
use crate::base::{Night, chaos};
use crate::load::customer::merge_customers;
use crate::load::entity::{DIMENSIONS, facts};
use crate::load::history::record_stage_visits;
use crate::load::infer::{infer_customers, infer_members};
use crate::load::inventory::merge_inventory;
use crate::load::merge::{MergeContext, Merged, analyze_changed, analyze_table, merge_entity};
use crate::load::observed::{mark_orphan_changes, observe_changes};
use crate::load::quarantine::{
    mark_duplicates, mark_missing_rates, mark_orphan_lines, mark_unknown_handles, quarantine_marked,
};
use crate::load::rate::{mark_rates, merge_rates};
use crate::load::reconcile::{Balance, balance_entity};
use crate::load::staging::stage_entity;
use crate::load::{LoadError, warehouse};
use crate::source::{Entity, Extraction, Input, SourceSpec};

/// What happened to the rows of one entity: `read = loaded + unchanged + quarantined`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityCount {
    /// The entity.
    pub entity: String,
    /// Rows read from the source.
    pub read: i64,
    /// Rows inserted or changed.
    pub loaded: i64,
    /// Rows that were already there, equal.
    pub unchanged: i64,
    /// Rows that break the contract.
    pub quarantined: i64,
    /// Rows that vanished from the source.
    pub deleted: i64,
}

/// What a load did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadReport {
    /// The source folder's name.
    pub source: String,
    /// The tenant's key.
    pub tenant_key: i32,
    /// High-water mark of the extraction.
    pub mark: String,
    /// The source's time of the snapshot.
    pub extracted_at: DateTime<Utc>,
    /// One count an entity, in load order.
    pub counts: Vec<EntityCount>,
}

impl LoadReport {
    /// Whether any row changed.
    pub fn has_changed(&self) -> bool {
        self.counts.iter().any(|c| c.loaded + c.deleted > 0)
    }
}

/// Loads one source into the star, inside the caller's warehouse transaction.
///
/// Re-run: a second run over an unchanged source changes no row of the star.
pub async fn load_source(
    tx: &mut PgConnection,
    database: &Database,
    spec: &SourceSpec,
    night: &Night,
) -> Result<LoadReport, LoadError> {
    let mut extraction = Extraction::begin(database, spec).await.map_err(LoadError::Source)?;
    let tenant_key = prepare(tx, spec).await?;
    let inputs = spec.inputs();
    let entities: Vec<&'static Entity> = inputs.iter().map(Input::entity).collect();
    let mut reads = Vec::new();
    for input in inputs {
        let staged = stage_entity(tx, &mut extraction, input).await?;
        let entity = input.entity();
        mark_duplicates(tx, entity).await?;
        // Statistics for the plans of the merge: the table is only as old as this transaction.
        analyze_table(tx, &format!("staging.\"{}\"", entity.name)).await?;
        reads.push(staged.read);
        chaos::point("load.staged");
    }
    let (mark, extracted_at) = (extraction.mark.clone(), extraction.extracted_at);
    extraction.end().await;

    let (quarantined, mut merged) = set_aside(tx, tenant_key, &entities, night).await?;
    let context = MergeContext {
        tenant_key,
        extracted_at,
        noticed_at: extracted_at.min(night.as_of() - TimeDelta::microseconds(1)),
        known_until: known_until(tx, tenant_key, &spec.name).await?,
        vanish_share_max: spec.vanish_share_max,
    };
    merged.extend(merge_all(tx, &entities, &context).await?);

    let mut counts = Vec::new();
    for (i, entity) in entities.iter().enumerate() {
        let merged = merged.iter().find(|(name, _)| *name == entity.name).map(|(_, m)| *m).unwrap_or_default();
        let Merged { loaded, unchanged, deleted } = merged;
        let (read, quarantined, entity) = (reads[i], quarantined[i], entity.name.to_owned());
        counts.push(EntityCount { entity, read, loaded, unchanged, quarantined, deleted });
    }
    let report = LoadReport { source: spec.name.clone(), tenant_key, mark, extracted_at, counts };
    let mut balances = Vec::new();
    for entity in entities {
        balances.push(balance_entity(tx, tenant_key, entity).await?);
    }
    record_counts(tx, &report, &balances, night).await?;
    let dated = sqlx::query(include_str!("sql/loaded_date.sql")).bind(tenant_key).bind(night.business_date);
    dated.execute(&mut *tx).await.map_err(warehouse("dating star.dim_tenant"))?;
    let total = |f: fn(&EntityCount) -> i64| report.counts.iter().map(f).sum::<i64>();
    info!(
        source.name = %spec.name, row.read = total(|c| c.read), row.loaded = total(|c| c.loaded), row.quarantined = total(|c| c.quarantined),
        "read {} rows of {} for {}: {} loaded, {} unchanged, {} quarantined, {} deleted",
        total(|c| c.read), spec.name, night.business_date, total(|c| c.loaded), total(|c| c.unchanged), total(|c| c.quarantined), total(|c| c.deleted)
    );
    Ok(report)
}

/// Moves every staged row that breaks the contract to quarantine; gives how many of each entity. The rates come first,
/// because the other rows ask for them: what was loaded of them is given too.
async fn set_aside(
    tx: &mut PgConnection,
    tenant_key: i32,
    entities: &[&'static Entity],
    night: &Night,
) -> Result<(Vec<i64>, Vec<(&'static str, Merged)>), LoadError> {
    let mut merged = Vec::new();
    let (mut quarantined, mut rates_quarantined) = (Vec::new(), 0);
    if let Some(rates) = entities.iter().find(|e| e.name == RATES) {
        mark_rates(tx, tenant_key).await?;
        rates_quarantined = quarantine_marked(tx, tenant_key, rates, night).await?;
        merged.push((RATES, merge_rates(tx, tenant_key).await?));
    }
    mark_orphan_lines(tx, tenant_key).await?;
    for entity in entities {
        mark_missing_rates(tx, tenant_key, entity, night).await?;
        mark_unknown_handles(tx, tenant_key, entity).await?;
        mark_orphan_changes(tx, tenant_key, entity).await?;
    }
    for entity in entities {
        quarantined.push(match entity.name {
            RATES => rates_quarantined,
            _ => quarantine_marked(tx, tenant_key, entity, night).await?,
        });
    }
    Ok((quarantined, merged))
}

/// The entity that holds the rates.
const RATES: &str = "fx_rate";

/// Dimensions before facts; members that facts name and nobody delivered are inferred in between.
async fn merge_all(
    tx: &mut PgConnection,
    entities: &[&'static Entity],
    context: &MergeContext,
) -> Result<Vec<(&'static str, Merged)>, LoadError> {
    let is_read = |name: &str| entities.iter().any(|e| e.name == name);
    let mut merged = Vec::new();
    for dimension in DIMENSIONS.iter().filter(|d| is_read(d.entity)) {
        merged.push((dimension.entity, merge_entity(tx, dimension, context).await?));
        chaos::point("load.dimensions");
    }
    for dimension in DIMENSIONS {
        infer_members(tx, dimension, context.tenant_key).await?;
    }
    if is_read("customer") {
        merged.push(("customer", merge_customers(tx, context).await?));
    }
    infer_customers(tx, context.tenant_key).await?;
    for fact in facts().filter(|f| is_read(f.entity)) {
        let done = merge_entity(tx, fact, context).await?;
        if fact.entity == "deal" && done.loaded + done.deleted > 0 {
            record_stage_visits(tx, context.tenant_key).await?;
            analyze_changed(tx, "fact_deal_stage", &done).await?;
        }
        merged.push((fact.entity, done));
        chaos::point("load.facts");
    }
    if is_read("inventory") {
        merged.push(("inventory", merge_inventory(tx, context).await?));
    }
    merged.extend(observe_changes(tx, context.tenant_key, entities).await?);
    Ok(merged)
}

/// Takes the load's mutex, empties staging, makes sure of the tenant.
async fn prepare(tx: &mut PgConnection, spec: &SourceSpec) -> Result<i32, LoadError> {
    tx.execute("select pg_advisory_xact_lock(hashtextextended('vesper.load', 0))")
        .await
        .map_err(warehouse("waiting for another load"))?;
    let tables = sqlx::query(include_str!("sql/staging_tables.sql")).fetch_all(&mut *tx).await;
    let tables: Vec<String> = tables.map_err(warehouse("listing staging"))?.iter().map(|r| r.get(0)).collect();
    if !tables.is_empty() {
        let truncate = format!("truncate {}", tables.join(", "));
        tx.execute(AssertSqlSafe(truncate)).await.map_err(warehouse("emptying staging"))?;
    }
    let tenant = sqlx::query(include_str!("sql/tenant.sql"))
        .bind(&spec.tenant)
        .bind(&spec.currency)
        .bind(spec.metric.revenue)
        .bind(spec.metric.rfm_score)
        .bind(spec.metric.rfm_days)
        .bind(spec.metric.season_index)
        .bind(spec.metric.gross_margin_percent)
        .bind(&spec.metric.deal_band_cents)
        .fetch_one(&mut *tx)
        .await;
    let tenant_key: i32 = tenant.map_err(warehouse("registering the tenant"))?.get(0);
    Ok(tenant_key)
}

/// Up to where the last load of this source knew it; none before the first.
async fn known_until(tx: &mut PgConnection, tenant_key: i32, source: &str) -> Result<Option<DateTime<Utc>>, LoadError> {
    let row = sqlx::query(include_str!("sql/known_until.sql")).bind(tenant_key).bind(source).fetch_one(tx).await;
    row.map(|r| r.get(0)).map_err(warehouse("reading the last load"))
}

async fn record_counts(
    tx: &mut PgConnection,
    report: &LoadReport,
    balances: &[Balance],
    night: &Night,
) -> Result<(), LoadError> {
    let column = |f: fn(&EntityCount) -> i64| report.counts.iter().map(f).collect::<Vec<i64>>();
    let entities: Vec<&str> = report.counts.iter().map(|c| c.entity.as_str()).collect();
    let done = sqlx::query(include_str!("sql/load_count.sql"))
        .bind(report.tenant_key)
        .bind(night.run_id)
        .bind(night.business_date)
        .bind(&report.mark)
        .bind(report.extracted_at)
        .bind(entities)
        .bind(column(|c| c.read))
        .bind(column(|c| c.loaded))
        .bind(column(|c| c.unchanged))
        .bind(column(|c| c.quarantined))
        .bind(column(|c| c.deleted))
        .bind(balances.iter().map(|b| b.source_live).collect::<Vec<_>>())
        .bind(balances.iter().map(|b| b.star_live).collect::<Vec<_>>())
        .bind(balances.iter().map(|b| b.source_amount.clone()).collect::<Vec<_>>())
        .bind(balances.iter().map(|b| b.star_amount.clone()).collect::<Vec<_>>())
        .bind(&report.source)
        .execute(tx)
        .await;
    done.map(drop).map_err(warehouse("recording the counts of the load"))
}
