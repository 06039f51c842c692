//! Published snapshots, read back whole.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgConnection, Row};

use crate::metric::definition::load_definitions;
use crate::metric::snapshot::{DaySeries, Figure, Slice, Snapshot, SnapshotHeader, Window};
use crate::metric::table::{Table, Tables};
use crate::metric::{MetricError, failed};

/// The channel on which a publish is announced; the payload is the snapshot's id.
pub const CHANNEL: &str = "vesper_snapshot";

/// Which snapshot is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one that counts now.
    Current,
    /// The last one published for a business date.
    AsOf(NaiveDate),
    /// That one, however old it is.
    Id(i64),
}

/// A business date that can be asked for, and the snapshot that counts for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PublishedDay {
    /// The date.
    pub business_date: NaiveDate,
    /// The last snapshot published for it.
    pub snapshot_id: i64,
    /// When.
    pub published_at: DateTime<Utc>,
}

/// Every date that [`Which::AsOf`] finds a tenant's snapshot for, the newest first.
pub async fn published_days(connection: &mut PgConnection, tenant: &str) -> Result<Vec<PublishedDay>, MetricError> {
    let rows = sqlx::query(include_str!("sql/published_days.sql")).bind(tenant).fetch_all(connection).await;
    let rows = rows.map_err(failed("listing the published days"))?;
    let day =
        |row: &PgRow| PublishedDay { business_date: row.get(0), snapshot_id: row.get(1), published_at: row.get(2) };
    Ok(rows.iter().map(day).collect())
}

/// The key of a tenant in the star and the cubes.
pub async fn tenant_key_of(connection: &mut PgConnection, tenant: &str) -> Result<i32, MetricError> {
    let key = sqlx::query_scalar("select tenant_key from star.dim_tenant where tenant = $1").bind(tenant);
    key.fetch_one(connection).await.map_err(failed("reading the tenant"))
}

/// Reads a tenant's snapshot whole; `None` when there is none.
pub async fn load_snapshot(
    connection: &mut PgConnection,
    tenant: &str,
    which: Which,
) -> Result<Option<Snapshot>, MetricError> {
    let (as_of, id) = match which {
        Which::Current => (None, None),
        Which::AsOf(date) => (Some(date), None),
        Which::Id(id) => (None, Some(id)),
    };
    let header = sqlx::query(include_str!("sql/load_header.sql"))
        .bind(tenant)
        .bind(as_of)
        .bind(id)
        .fetch_optional(&mut *connection)
        .await;
    let Some(row) = header.map_err(failed("reading a snapshot"))? else { return Ok(None) };
    let header = SnapshotHeader {
        snapshot_id: row.get("snapshot_id"),
        tenant: tenant.to_owned(),
        business_date: row.get("business_date"),
        first_date: row.get("first_date"),
        published_at: row.get("published_at"),
        run_id: row.get("run_id"),
        definition_hash: row.get("definition_hash"),
        currency: row.get("currency"),
        revenue_mode: row.get("revenue_mode"),
        watermarks: row.get::<Json<_>, _>("watermarks").0,
        reconciliation: row.get::<Json<_>, _>("reconciliation").0,
        warnings: row.get::<Json<_>, _>("warnings").0,
        checks: row.get::<Json<_>, _>("checks").0,
    };
    let members = row.get::<Json<_>, _>("members").0;
    let id = header.snapshot_id;
    let catalog = load_definitions(connection, &header.definition_hash).await?;

    let rows = sqlx::query("select metric, slice, numerator, denominator from metric.point where snapshot_id = $1");
    let rows = rows.bind(id).fetch_all(&mut *connection).await.map_err(failed("reading the points"))?;
    let mut points: BTreeMap<String, BTreeMap<Slice, Figure>> = BTreeMap::new();
    for row in rows {
        let slice = row.get::<Json<Slice>, _>(1).0;
        points.entry(row.get(0)).or_default().insert(slice, Figure::ratio(row.get(2), row.get(3)));
    }
    let rows = sqlx::query("select metric, start_date, day_values from metric.series where snapshot_id = $1");
    let rows = rows.bind(id).fetch_all(&mut *connection).await.map_err(failed("reading the series"))?;
    let series = rows.iter().map(|r| (r.get(0), DaySeries { start_date: r.get(1), values: r.get(2) })).collect();
    let rows = sqlx::query("select route, body from metric.document where snapshot_id = $1");
    let rows = rows.bind(id).fetch_all(&mut *connection).await.map_err(failed("reading the documents"))?;
    let documents = rows.iter().map(|r| (r.get(0), r.get::<Json<_>, _>(1).0)).collect();
    let tables = load_tables(connection, id).await?;
    Ok(Some(Snapshot { header, catalog, points, series, members, documents, tables }))
}

async fn load_tables(connection: &mut PgConnection, snapshot_id: i64) -> Result<Tables, MetricError> {
    let rows = sqlx::query(
        "select metric, time_window, version, columns, rows from metric.published_table where snapshot_id = $1",
    );
    let rows = rows.bind(snapshot_id).fetch_all(connection).await.map_err(failed("reading the tables"))?;
    let mut tables = Tables::new();
    for row in rows {
        // A window of a later version of the program is none of ours.
        let Some(window) = Window::parse(row.get(1)) else { continue };
        let version = row.get::<i32, _>(2).unsigned_abs() as u16;
        let table = Table { version, columns: row.get::<Json<_>, _>(3).0, rows: row.get::<Json<_>, _>(4).0 };
        tables.entry(row.get(0)).or_default().insert(window, table);
    }
    Ok(tables)
}
