//! Computes, checks and publishes a snapshot, in the caller's transaction.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Row, Transaction};
use tracing::{debug, info};

use crate::base::period::plus_days;
use crate::base::{Night, chaos};
use crate::cube::{
    Cubes, INTERACTION_TYPES, OUTCOMES, Recomputed, STAGES, STATUSES, TIERS, read_cubes, recompute_sample,
};
use crate::metric::catalog::{Catalog, Unit};
use crate::metric::compute::{Computed, Delivered, compute, first_date, stock_days};
use crate::metric::definition::{definition_hash, write_definitions};
use crate::metric::identity::{Credited, Violation, check_identities};
use crate::metric::kpi::{Kpis, add_expressions, run_queries};
use crate::metric::retention::delete_expired;
use crate::metric::snapshot::{Member, Reconciliation, Slice};
use crate::metric::table::{Question, read_season, read_tables};
use crate::metric::{MetricError, failed};

/// What a publish did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The snapshot that is current now.
    pub snapshot_id: i64,
    /// False when everything computed equals the snapshot that was current already.
    pub is_new: bool,
    /// Points in it.
    pub point_count: usize,
}

/// Computes the metrics of a business date, those of the house and the deployment's own, and makes them current.
///
/// Errors: [`MetricError::Identity`] holds the publish and leaves the last snapshot current.
/// Re-run: an equal result publishes nothing and returns the snapshot that is there.
pub async fn publish(
    tx: &mut PgConnection,
    tenant_key: i32,
    night: &Night,
    kpis: &Kpis,
) -> Result<Published, MetricError> {
    publish_from(tx, None, tenant_key, (night, kpis)).await
}

/// [`publish`], with a second connection from the pool that asks for half of the tables at the same time.
///
/// It sees what `tx` saw when it was asked for; where `tx` has written itself, which nobody else can see yet, or the pool has none to give, `tx` goes alone.
pub async fn publish_beside(
    tx: &mut PgConnection,
    pool: &PgPool,
    tenant_key: i32,
    (night, kpis): (&Night, &Kpis),
) -> Result<Published, MetricError> {
    let mut second = second_of(tx, pool).await?;
    publish_from(tx, second.as_deref_mut(), tenant_key, (night, kpis)).await
}

async fn second_of(
    tx: &mut PgConnection,
    pool: &PgPool,
) -> Result<Option<Transaction<'static, Postgres>>, MetricError> {
    let exported = "select case when pg_current_xact_id_if_assigned() is null then pg_export_snapshot() end";
    let exported: Option<String> =
        sqlx::query_scalar(exported).fetch_one(tx).await.map_err(failed("telling what is seen"))?;
    let Some(snapshot) = exported else { return Ok(None) };
    let second = async {
        let mut second = pool.begin_with("begin isolation level repeatable read, read only").await?;
        let statement = format!("set transaction snapshot '{snapshot}'");
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *second).await?;
        sqlx::query(SORTING).execute(&mut *second).await?;
        Ok::<_, sqlx::Error>(second)
    };
    match tokio::time::timeout(SECOND_PATIENCE, second).await {
        Ok(Ok(second)) => Ok(Some(second)),
        Ok(Err(error)) => {
            debug!("one connection reads all tables: {error}");
            Ok(None)
        }
        Err(_) => Ok(None),
    }
}

async fn publish_from(
    tx: &mut PgConnection,
    second: Option<&mut PgConnection>,
    tenant_key: i32,
    (night, kpis): (&Night, &Kpis),
) -> Result<Published, MetricError> {
    sqlx::query(SORTING).execute(&mut *tx).await.map_err(failed("making room for sorting"))?;
    let choice = "select t.currency, t.revenue_mode from star.dim_tenant as t where t.tenant_key = $1";
    let (currency, revenue_mode): (String, String) =
        sqlx::query_as(choice).bind(tenant_key).fetch_one(&mut *tx).await.map_err(failed("reading the tenant"))?;
    let delivered = read_delivered(tx, tenant_key, &revenue_mode).await?;
    let date = night.business_date;
    let cubes = read_cubes(tx, tenant_key, stock_days(date)).await.map_err(MetricError::Cube)?;
    let members = read_members(tx, tenant_key, &cubes).await?;
    let (reconciliation, marks) = read_reconciliation(tx, tenant_key).await?;
    let first_date = first_date(&cubes, date).map_err(MetricError::Compute)?;
    let question = Question { tenant_key, delivered: &delivered, business_date: date, first_date };
    let computing = {
        let (currency, delivered) = (currency.clone(), delivered.clone());
        tokio::task::spawn_blocking(move || compute(&cubes, &delivered, date, &currency, members))
    };
    // The server answers while the sums are taken here.
    let (computed, tables) = tokio::join!(computing, read_tables(tx, second, question));
    let mut computed = computed.map_err(|_| MetricError::Thread)?.map_err(MetricError::Compute)?;
    computed.tables = tables?;
    computed.tables.extend(read_season(tx, question, &computed).await?);
    let catalog = kpis.catalog();
    add_own(&mut computed, kpis, &catalog, (tenant_key, date)).await?;
    let credited = read_credited(tx, tenant_key, &computed, date).await?;
    let checks = check_identities(&computed, date, &reconciliation, credited)
        .map_err(|violations| MetricError::Identity { business_date: date, violations })?;
    let definition_hash = definition_hash(&catalog, &kpis.hash);
    let content_hash = hash_content(&computed, &reconciliation, (date, &definition_hash, &revenue_mode));
    let point_count = computed.points.values().map(BTreeMap::len).sum();
    let current = sqlx::query(include_str!("sql/current.sql"))
        .bind(tenant_key)
        .bind(&content_hash)
        .fetch_optional(&mut *tx)
        .await;
    if let Some(row) = current.map_err(failed("reading the current snapshot"))? {
        let snapshot_id = row.get(0);
        info!(
            snapshot.id = snapshot_id,
            "nothing new to publish for {date}: snapshot {snapshot_id} holds the same numbers"
        );
        return Ok(Published { snapshot_id, is_new: false, point_count });
    }
    let snapshot_id: i64 = sqlx::query(include_str!("sql/insert_snapshot.sql"))
        .bind(tenant_key)
        .bind(date)
        .bind(computed.first_date)
        .bind(night.started_at)
        .bind(night.run_id)
        .bind(&definition_hash)
        .bind(&content_hash)
        .bind(&currency)
        .bind(Json(&marks))
        .bind(Json(&reconciliation))
        .bind(Json(&computed.warnings))
        .bind(Json(&computed.members))
        .bind(Json(&checks))
        .bind(&revenue_mode)
        .fetch_one(&mut *tx)
        .await
        .map_err(failed("writing the snapshot"))?
        .get(0);
    write_definitions(tx, &definition_hash, &catalog).await?;
    write_points(tx, snapshot_id, &computed, &catalog).await?;
    write_series(tx, snapshot_id, &computed).await?;
    write_documents(tx, snapshot_id, &computed).await?;
    write_tables(tx, snapshot_id, &computed).await?;
    chaos::point("publish.written");
    let moved =
        sqlx::query(include_str!("sql/move_current.sql")).bind(tenant_key).bind(snapshot_id).execute(&mut *tx).await;
    moved.map_err(failed("moving the pointer"))?;
    chaos::point("publish.moved");
    let expired = delete_expired(tx, tenant_key, date).await?;
    if expired > 0 {
        info!("{expired} snapshots are kept no longer");
    }
    info!(
        snapshot.id = snapshot_id,
        point.count = point_count,
        "published snapshot {snapshot_id} for {date}: {point_count} points"
    );
    Ok(Published { snapshot_id, is_new: true, point_count })
}

/// What a table of metrics sorts and hashes stays in memory; the transaction's own, and one statement at a time.
const SORTING: &str = "set local work_mem = '64MB'";
/// A busy pool is not waited for: one connection publishes the same.
const SECOND_PATIENCE: Duration = Duration::from_secs(1);

/// Recomputes a sample of the cubes from the star, before anything is published from them.
///
/// Errors: [`MetricError::Identity`] with the rows that differ.
pub async fn check_cubes(tx: &mut PgConnection, tenant_key: i32, date: NaiveDate) -> Result<Recomputed, MetricError> {
    let recomputed = recompute_sample(tx, tenant_key, date).await.map_err(MetricError::Cube)?;
    if recomputed.stale.is_empty() {
        return Ok(recomputed);
    }
    let violation = Violation {
        identity: format!("cube.{} kept night by night = recomputed from the star", recomputed.cube),
        detail: recomputed.stale.join("; "),
    };
    Err(MetricError::Identity { business_date: date, violations: vec![violation] })
}

/// Adds the deployment's own metrics: queries first, since an expression may rest on one.
async fn add_own(
    computed: &mut Computed,
    kpis: &Kpis,
    catalog: &Catalog,
    (tenant_key, date): (i32, NaiveDate),
) -> Result<(), MetricError> {
    let asked = run_queries(kpis, tenant_key, date, computed.first_date).await.map_err(MetricError::Kpi)?;
    computed.points.extend(asked);
    let Computed { points, series, members, .. } = computed;
    add_expressions(&kpis.list, catalog, points, series, members);
    Ok(())
}

fn hash_content(
    computed: &Computed,
    reconciliation: &[Reconciliation],
    (date, definition_hash, revenue_mode): (NaiveDate, &str, &str),
) -> String {
    let points: Vec<_> = computed.points.iter().map(|(m, p)| (m, p.iter().collect::<Vec<_>>())).collect();
    let content = (
        date,
        definition_hash,
        revenue_mode,
        points,
        &computed.series,
        &computed.members,
        &computed.documents,
        &computed.tables,
        reconciliation,
    );
    let bytes = serde_json::to_vec(&content).expect("published values are finite and keys are texts");
    hex::encode(Sha256::digest(bytes))
}

async fn read_delivered(tx: &mut PgConnection, tenant_key: i32, revenue_mode: &str) -> Result<Delivered, MetricError> {
    let entities = sqlx::query_scalar("select distinct l.entity from vesper.load_count as l where l.tenant_key = $1");
    let entities: Vec<String> =
        entities.bind(tenant_key).fetch_all(tx).await.map_err(failed("reading the entities of the tenant"))?;
    Ok(Delivered { entities: entities.into_iter().collect(), revenue_mode: revenue_mode.to_owned() })
}

/// The members of each dimension in the order they are shown; values that are not in the enum come last, so that partitions still sum.
async fn read_members(
    tx: &mut PgConnection,
    tenant_key: i32,
    cubes: &Cubes,
) -> Result<BTreeMap<String, Vec<Member>>, MetricError> {
    let mut members = BTreeMap::new();
    let tiers_present =
        cubes.customer_stock.column("tier").and_then(|c| Ok(c.str()?.clone())).map_err(MetricError::Compute)?;
    let deal_tiers = cubes.deal_flow.column("tier").and_then(|c| Ok(c.str()?.clone())).map_err(MetricError::Compute)?;
    let revenue_tiers =
        cubes.revenue.column("tier").and_then(|c| Ok(c.str()?.clone())).map_err(MetricError::Compute)?;
    let has_unknown_tier =
        tiers_present.iter().chain(deal_tiers.iter()).chain(revenue_tiers.iter()).flatten().any(|t| t == "unknown");
    for (dimension, names) in [
        ("stage", &STAGES[..]),
        ("status", &STATUSES),
        ("tier", &TIERS),
        ("type", &INTERACTION_TYPES),
        ("outcome", &OUTCOMES),
    ] {
        let mut list: Vec<Member> =
            names.iter().map(|n| Member { member: (*n).to_owned(), label: label_of(n) }).collect();
        if dimension == "outcome" {
            list.push(Member { member: "none".to_owned(), label: "None".to_owned() });
        }
        if dimension == "tier" && has_unknown_tier {
            list.push(Member { member: "unknown".to_owned(), label: "Unknown".to_owned() });
        }
        members.insert(dimension.to_owned(), list);
    }
    let reps = sqlx::query(include_str!("sql/sales_reps.sql")).bind(tenant_key).fetch_all(tx).await;
    let reps = reps.map_err(failed("reading the sales reps"))?;
    let reps = reps.iter().map(|r| Member { member: r.get(0), label: r.get(1) }).collect();
    members.insert("sales_rep".to_owned(), reps);
    Ok(members)
}

/// `closed_won` → `Closed won`.
fn label_of(name: &str) -> String {
    match name {
        "email" => "E-mail".to_owned(),
        "sms" => "SMS".to_owned(),
        _ => {
            let words = name.replace('_', " ");
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

/// What campaigns have touched up to the end of the date; none where no campaign is told of.
async fn read_credited(
    tx: &mut PgConnection,
    tenant_key: i32,
    computed: &Computed,
    date: NaiveDate,
) -> Result<Option<Credited>, MetricError> {
    if !computed.tables.contains_key("campaign_roi") {
        return Ok(None);
    }
    let read = sqlx::query_as(include_str!("sql/attribution.sql")).bind(tenant_key).bind(plus_days(date, 1));
    let (purchases, profit_cents) =
        read.fetch_one(tx).await.map_err(failed("counting the purchases that campaigns touched"))?;
    Ok(Some(Credited { purchases, profit_cents }))
}

/// The latest load's balance an entity, and the high-water marks.
async fn read_reconciliation(
    tx: &mut PgConnection,
    tenant_key: i32,
) -> Result<(Vec<Reconciliation>, BTreeMap<String, String>), MetricError> {
    let rows = sqlx::query(include_str!("sql/reconciliation.sql")).bind(tenant_key).fetch_all(tx).await;
    let rows = rows.map_err(failed("reading the balance of the load"))?;
    let mut lines = Vec::new();
    let mut marks = BTreeMap::new();
    for row in &rows {
        let (source_amount, star_amount): (Option<String>, Option<String>) = (row.get(4), row.get(5));
        let entity: String = row.get(0);
        if source_amount != star_amount {
            return Err(MetricError::Balance {
                entity,
                source_amount: source_amount.unwrap_or_default(),
                star_amount: star_amount.unwrap_or_default(),
            });
        }
        marks.insert(row.get(7), row.get(6));
        let (source_live, held): (i64, i64) = (row.get(1), row.get(3));
        lines.push(Reconciliation {
            entity,
            source_rows: source_live + held,
            star_rows: row.get(2),
            quarantined_rows: held,
            amount_cents: row.get(8),
        });
    }
    Ok((lines, marks))
}

async fn write_points(
    tx: &mut PgConnection,
    snapshot_id: i64,
    computed: &Computed,
    catalog: &Catalog,
) -> Result<(), MetricError> {
    let (mut names, mut slices) = (Vec::new(), Vec::new());
    let (mut numerators, mut denominators, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (metric, figures) in &computed.points {
        let unit = catalog.find(metric).map_or(Unit::Count, |m| m.unit);
        for (slice, figure) in figures {
            names.push(metric.as_str());
            slices.push(slice_text(slice));
            numerators.push(figure.numerator);
            denominators.push(figure.denominator);
            values.push(figure.value(unit));
        }
    }
    let write = sqlx::query(include_str!("sql/insert_points.sql"))
        .bind(snapshot_id)
        .bind(names)
        .bind(slices)
        .bind(numerators)
        .bind(denominators)
        .bind(values);
    write.execute(tx).await.map(drop).map_err(failed("writing the points"))
}

fn slice_text(slice: &Slice) -> String {
    serde_json::to_string(slice).expect("a slice has text keys")
}

async fn write_series(tx: &mut PgConnection, snapshot_id: i64, computed: &Computed) -> Result<(), MetricError> {
    for (metric, series) in &computed.series {
        let write = sqlx::query(
            "insert into metric.series (snapshot_id, metric, start_date, day_values) values ($1, $2, $3, $4)",
        );
        let write = write.bind(snapshot_id).bind(metric).bind(series.start_date).bind(&series.values);
        write.execute(&mut *tx).await.map_err(failed("writing the series"))?;
    }
    Ok(())
}

async fn write_documents(tx: &mut PgConnection, snapshot_id: i64, computed: &Computed) -> Result<(), MetricError> {
    let routes: Vec<&str> = computed.documents.keys().map(String::as_str).collect();
    let bodies: Vec<String> = computed.documents.values().map(ToString::to_string).collect();
    let write = sqlx::query(include_str!("sql/insert_documents.sql")).bind(snapshot_id).bind(routes).bind(bodies);
    write.execute(tx).await.map(drop).map_err(failed("writing the documents"))
}

async fn write_tables(tx: &mut PgConnection, snapshot_id: i64, computed: &Computed) -> Result<(), MetricError> {
    for (metric, windows) in &computed.tables {
        for (window, table) in windows {
            let write = sqlx::query(include_str!("sql/insert_table.sql"))
                .bind(snapshot_id)
                .bind(metric)
                .bind(window.name())
                .bind(i32::from(table.version))
                .bind(Json(&table.columns))
                .bind(Json(&table.rows));
            write.execute(&mut *tx).await.map_err(failed("writing the tables"))?;
        }
    }
    Ok(())
}
