//! One source's load, from the open snapshot to the counts.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};
use tracing::info;

use crate::base::pg::Database;
use crate::base::{Night, chaos};
use crate::load::customer::merge_customers;
use crate::load::direct::can_fly;
use crate::load::entity::{DIMENSIONS, MergeSpec, facts, merge_spec};
use crate::load::first::fill_table;
use crate::load::history::{record_stage_visits, record_subscription_terms, rerate_subscriptions};
use crate::load::infer::{infer_customers, infer_members, infer_plans};
use crate::load::inventory::merge_inventory;
use crate::load::mark::{Marks, Plan};
use crate::load::merge::{Extent, MergeContext, Merged, merge_entity};
use crate::load::observed::{mark_orphan_changes, observe_changes};
use crate::load::quarantine::{mark_missing_rates, mark_orphan_lines, mark_unknown_handles, quarantine_marked};
use crate::load::rate::{mark_rates, merge_rates};
use crate::load::reconcile::Balance;
use crate::load::task::{Task, count_source, fly_all, read_input};
use crate::load::version::{follow_dimensions, has_moved, merge_versions};
use crate::load::{LoadError, warehouse};
use crate::source::contract::{self, READ_BY_CHANGE};
use crate::source::{Entity, Extraction, SourceSpec};

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
    /// What of the source does not fit the contract any more, in words: these entities, and those that name them, were
    /// not read.
    #[serde(default)]
    pub drift: Vec<String>,
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
    let mut marks = Marks::read(tx, tenant_key, spec).await?;
    let context = MergeContext {
        tenant_key,
        extracted_at: extraction.extracted_at,
        noticed_at: extraction.extracted_at.min(night.as_of() - TimeDelta::microseconds(1)),
        known_until: known_until(tx, tenant_key, &spec.name).await?,
        vanish_share_max: spec.vanish_share_max,
    };
    let (held, drift) = hold(&extraction, spec);
    let mut tasks = Vec::new();
    let mut merged = Vec::new();
    for input in spec.inputs() {
        let plan = match held.get(input.entity().name) {
            Some(why) => Plan::held(why.clone()),
            None => marks.plan(tx, &mut extraction, input, spec).await?,
        };
        if plan.is_whole() && can_fly(tx, input.entity().name).await? {
            tasks.push(Task::flying(input, plan));
            continue;
        }
        let mut task = read_input(tx, &mut extraction, tenant_key, input, plan).await?;
        if input.entity().name == RATES && !task.plan.is_nothing() {
            // The other rows ask for the rates.
            mark_rates(tx, tenant_key).await?;
            task.quarantined = quarantine_marked(tx, tenant_key, input.entity(), night, task.retried()).await?;
            marks.is_rerated = is_rerated(tx, tenant_key).await?;
            merged.push((RATES, merge_rates(tx, tenant_key).await?));
        }
        if let Some(members) = versioned(task.entity).filter(|_| !task.plan.is_nothing() && !marks.has_moved) {
            marks.has_moved = has_moved(tx, members, &context).await?;
        }
        tasks.push(task);
    }
    let is_member = |task: &Task<'_>| task.entity.name == "customer" || is_dimension(task.entity);
    set_aside(tx, tenant_key, tasks.iter_mut().filter(|task| is_member(task)), night).await?;
    merged.extend(merge_dimensions(tx, &tasks, &context).await?);
    fly_all(tx, &mut extraction, &mut tasks, &context).await?;
    mark_orphan_lines(tx, tenant_key).await?;
    set_aside(tx, tenant_key, tasks.iter_mut().filter(|task| !is_member(task)), night).await?;
    let mut counts = Vec::new();
    for task in &tasks {
        counts.push(task.count_of(tx, tenant_key).await?);
    }
    let (mark, extracted_at) = (extraction.mark.to_string(), extraction.extracted_at);
    // The source counts while the star is written.
    let (counted, facts) = tokio::join!(count_source(extraction, counts), merge_facts(tx, &mut tasks, &context));
    merged.extend(facts?);
    for (task, count) in tasks.iter_mut().zip(counted?) {
        count.into_iter().for_each(|count| task.counted(count));
    }
    if marks.is_rerated {
        rerate_subscriptions(tx, tenant_key).await?;
    }
    let counts = tasks.iter().map(|task| task.count(&merged)).collect();
    let report = LoadReport { source: spec.name.clone(), tenant_key, mark, extracted_at, counts, drift };
    let mut balances = Vec::new();
    for task in &tasks {
        balances.push(task.balance(tx, tenant_key, &spec.name).await?);
        marks.advance(tx, spec, task.entity, &task.plan).await?;
    }
    chaos::point("load.marked");
    let reaches = tasks.iter().map(|task| task.plan.why.clone()).collect();
    record_counts(tx, &report, &balances, reaches, night).await?;
    let dated = sqlx::query(include_str!("sql/loaded_date.sql")).bind(tenant_key).bind(night.business_date);
    dated.execute(&mut *tx).await.map_err(warehouse("dating star.dim_tenant"))?;
    tell(&report, night);
    Ok(report)
}

fn tell(report: &LoadReport, night: &Night) {
    let total = |f: fn(&EntityCount) -> i64| report.counts.iter().map(f).sum::<i64>();
    info!(
        source.name = %report.source, row.read = total(|c| c.read), row.loaded = total(|c| c.loaded), row.quarantined = total(|c| c.quarantined),
        "read {} rows of {} for {}: {} loaded, {} unchanged, {} quarantined, {} deleted",
        total(|c| c.read), report.source, night.business_date, total(|c| c.loaded), total(|c| c.unchanged), total(|c| c.quarantined), total(|c| c.deleted)
    );
}

/// The entities that cannot be read, with the reason: their query drifted from the contract, or they name one whose did.
/// And the differences, in words.
fn hold(extraction: &Extraction, spec: &SourceSpec) -> (BTreeMap<&'static str, String>, Vec<String>) {
    let mut held = BTreeMap::new();
    let mut drift = Vec::new();
    for (index, problems) in &extraction.drift {
        let query = &spec.queries[*index];
        held.insert(query.entity.name, "not read: its query does not fit the contract".to_owned());
        drift.extend(problems.0.iter().map(ToString::to_string));
    }
    // Entities come in load order, so one pass finds what hangs on a held one by any number of steps.
    for input in spec.inputs() {
        let entity = input.entity();
        let names = |other: &&'static str| {
            let other = contract::find(other).expect("held entities are the contract's");
            other.name != entity.name && entity.columns.iter().any(|c| c.name == other.key)
        };
        if let Some(other) = held.keys().copied().find(names).filter(|_| !held.contains_key(entity.name)) {
            held.insert(entity.name, format!("not read: it names {other}, which was not read"));
        }
    }
    (held, drift)
}

/// Whether a staged rate changes what a loaded day was converted with.
async fn is_rerated(tx: &mut PgConnection, tenant_key: i32) -> Result<bool, LoadError> {
    let row = sqlx::query_scalar(include_str!("sql/is_rerated.sql")).bind(tenant_key).fetch_one(tx).await;
    row.map_err(warehouse("comparing the rates"))
}

/// Moves every staged row of the tasks that breaks the contract to quarantine, but for the rates, which came first.
async fn set_aside<'t, 's: 't>(
    tx: &mut PgConnection,
    tenant_key: i32,
    tasks: impl Iterator<Item = &'t mut Task<'s>>,
    night: &Night,
) -> Result<(), LoadError> {
    let mut read: Vec<_> = tasks.filter(|task| !task.plan.is_nothing() && task.entity.name != RATES).collect();
    for task in &read {
        mark_missing_rates(tx, tenant_key, task.entity, night).await?;
        mark_unknown_handles(tx, tenant_key, task.entity).await?;
        mark_orphan_changes(tx, tenant_key, task.entity).await?;
    }
    for task in &mut read {
        task.quarantined = quarantine_marked(tx, tenant_key, task.entity, night, task.retried()).await?;
    }
    Ok(())
}

/// The entity that holds the rates.
const RATES: &str = "fx_rate";

/// How the members of the entity are merged, if they have versions.
fn versioned(entity: &Entity) -> Option<&'static MergeSpec> {
    merge_spec(entity.name).filter(|spec| !spec.versioned_on.is_empty())
}

fn is_dimension(entity: &Entity) -> bool {
    DIMENSIONS.iter().any(|dimension| dimension.entity == entity.name)
}

/// How much of an entity staging holds; none when it was left alone.
fn extent_of(tasks: &[Task<'_>], name: &str) -> Option<Extent> {
    tasks.iter().find(|t| t.entity.name == name && !t.plan.is_nothing()).map(Task::extent)
}

/// Dimensions before facts: a fact looks up its keys.
async fn merge_dimensions(
    tx: &mut PgConnection,
    tasks: &[Task<'_>],
    context: &MergeContext,
) -> Result<Vec<(&'static str, Merged)>, LoadError> {
    let is_read = |name: &str| extent_of(tasks, name).is_some();
    let mut merged = Vec::new();
    for dimension in DIMENSIONS.iter().filter(|d| is_read(d.entity)) {
        let done = match dimension.versioned_on {
            [] => merge_entity(tx, dimension, context, Extent::Whole).await?,
            _ => merge_versions(tx, dimension, context).await?,
        };
        merged.push((dimension.entity, done));
        chaos::point("load.dimensions");
    }
    // Customers name reps and companies as facts do.
    for dimension in DIMENSIONS {
        infer_members(tx, dimension, context.tenant_key).await?;
    }
    follow_dimensions(tx, context.tenant_key).await?;
    if is_read("customer") {
        merged.push(("customer", merge_customers(tx, context).await?));
    }
    Ok(merged)
}

/// The facts, after the members that they name and nobody delivered.
async fn merge_facts(
    tx: &mut PgConnection,
    tasks: &mut [Task<'_>],
    context: &MergeContext,
) -> Result<Vec<(&'static str, Merged)>, LoadError> {
    if tasks.iter().any(|task| task.is_flying) {
        for dimension in DIMENSIONS {
            infer_members(tx, dimension, context.tenant_key).await?;
        }
    }
    infer_customers(tx, context.tenant_key).await?;
    infer_plans(tx, context.tenant_key).await?;
    let mut merged = Vec::new();
    for fact in facts() {
        // A fact that was left alone follows what it points to, and loses what is gone, like one that was read in part.
        let is_moving = READ_BY_CHANGE.contains(&fact.entity) || !fact.follows.is_empty();
        let Some(extent) = extent_of(tasks, fact.entity).or(is_moving.then_some(Extent::Part)) else { continue };
        let flight = tasks.iter_mut().find(|task| task.entity.name == fact.entity).and_then(Task::land);
        let done = match flight {
            Some(_) => fill_table(tx, fact, context, flight).await?,
            None => merge_entity(tx, fact, context, extent).await?,
        };
        if fact.entity == "deal" && done.loaded + done.deleted > 0 {
            record_stage_visits(tx, context.tenant_key, &done).await?;
        }
        if fact.entity == "subscription" && done.loaded + done.deleted > 0 {
            record_subscription_terms(tx, context).await?;
        }
        merged.push((fact.entity, done));
        chaos::point("load.facts");
    }
    if extent_of(tasks, "inventory").is_some() {
        merged.push(("inventory", merge_inventory(tx, context).await?));
    }
    let entities: Vec<&'static Entity> = tasks.iter().filter(|t| !t.plan.is_nothing()).map(|t| t.entity).collect();
    merged.extend(observe_changes(tx, context.tenant_key, &entities).await?);
    Ok(merged)
}

/// What a statement sorts and hashes stays in memory; the transaction's own, and one statement at a time.
const SORTING: &str = "set local work_mem = '64MB'";

/// Takes the load's mutex, empties staging, makes sure of the tenant.
async fn prepare(tx: &mut PgConnection, spec: &SourceSpec) -> Result<i32, LoadError> {
    tx.execute("select pg_advisory_xact_lock(hashtextextended('vesper.load', 0))")
        .await
        .map_err(warehouse("waiting for another load"))?;
    tx.execute(SORTING).await.map_err(warehouse("saying how much a sort may hold"))?;
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
        .bind(spec.metric.mrr_netting)
        .bind(spec.metric.lead_time_days)
        .bind(spec.metric.lead_time_deviation_days)
        .bind(spec.metric.service_percent)
        .bind(spec.metric.deal_size)
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
    reaches: Vec<String>,
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
        .bind(reaches)
        .bind(balances.iter().map(|b| b.unequal.clone()).collect::<Vec<_>>())
        .execute(tx)
        .await;
    done.map(drop).map_err(warehouse("recording the counts of the load"))
}
