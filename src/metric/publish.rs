//! Computes, checks and publishes a snapshot, in the caller's transaction.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Row, Transaction};
use tracing::{debug, info};

use crate::base::{Night, chaos};
use crate::cube::{Recomputed, recompute_sample};
use crate::metric::catalog::{Catalog, Unit};
use crate::metric::compute::Computed;
use crate::metric::definition::{definition_hash, write_definitions};
use crate::metric::gather::{Balanced, Gathered, gather, read_delivered};
use crate::metric::identity::{Violation, check_identities};
use crate::metric::kpi::{Kpis, add_expressions, run_queries};
use crate::metric::retention::delete_expired;
use crate::metric::snapshot::Reconciliation;
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
        sqlx::query(SIDE_BY_SIDE).execute(&mut *second).await?;
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
    let settings = if second.is_some() { SIDE_BY_SIDE } else { SORTING };
    sqlx::query(settings).execute(&mut *tx).await.map_err(failed("making room for sorting"))?;
    let choice = "select t.currency, t.revenue_mode from star.dim_tenant as t where t.tenant_key = $1";
    let (currency, revenue_mode): (String, String) =
        sqlx::query_as(choice).bind(tenant_key).fetch_one(&mut *tx).await.map_err(failed("reading the tenant"))?;
    let date = night.business_date;
    let delivered = read_delivered(tx, tenant_key, &revenue_mode).await?;
    let gathered = gather(tx, second, tenant_key, (date, &delivered, &currency)).await?;
    let Gathered { mut computed, credited, balanced: Balanced { lines: reconciliation, marks, unequal } } = gathered;
    let catalog = kpis.catalog();
    add_own(&mut computed, kpis, &catalog, (tenant_key, date)).await?;
    let checks = check_identities(&computed, date, (&reconciliation, unequal), credited)
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
const SORTING: &str = "select set_config('work_mem', '64MB', true)";
/// The same for each of two connections. They are the parallelism: workers of the server would start and wait for the same cores.
const SIDE_BY_SIDE: &str =
    "select set_config('work_mem', '64MB', true), set_config('max_parallel_workers_per_gather', '0', true)";
/// A busy pool is not waited for: one connection publishes the same.
const SECOND_PATIENCE: Duration = Duration::from_secs(1);

/// Recomputes a sample of the cubes, before anything is published from them.
///
/// Errors: [`MetricError::Identity`] with the rows that differ.
pub async fn check_cubes(tx: &mut PgConnection, tenant_key: i32, date: NaiveDate) -> Result<Recomputed, MetricError> {
    let recomputed = recompute_sample(tx, tenant_key, date).await.map_err(MetricError::Cube)?;
    if recomputed.stale.is_empty() {
        return Ok(recomputed);
    }
    let violation = Violation {
        identity: format!("cube.{} kept night by night = recomputed", recomputed.cube),
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
            slices.push(json_text(slice));
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
    let tables = computed.tables.iter().flat_map(|(metric, windows)| windows.iter().map(move |(w, t)| (metric, w, t)));
    let (mut metrics, mut windows, mut versions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut columns, mut rows) = (Vec::new(), Vec::new());
    for (metric, window, table) in tables {
        metrics.push(metric.as_str());
        windows.push(window.name());
        versions.push(i32::from(table.version));
        columns.push(json_text(&table.columns));
        rows.push(json_text(&table.rows));
    }
    let write = sqlx::query(include_str!("sql/insert_tables.sql"))
        .bind(snapshot_id)
        .bind(metrics)
        .bind(windows)
        .bind(versions)
        .bind(columns)
        .bind(rows);
    write.execute(tx).await.map(drop).map_err(failed("writing the tables"))
}

fn json_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("published values are finite and keys are texts")
}
