//! Which rows moved a number after it was told: those of its dates that were written after its snapshot was published.

use chrono::NaiveDate;
use sqlx::{FromRow, PgConnection};

use crate::base::Period;
use crate::metric::{MetricError, failed};

/// A row of the star that arrived or changed late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateRow {
    /// `deal`, `order`, `customer`, `interaction`.
    pub entity: &'static str,
    /// The source's id.
    pub id: String,
    /// What people call it.
    pub name: Option<String>,
    /// The date by which it counts.
    pub date: NaiveDate,
    /// What it is worth now, in the reporting currency.
    pub cents: Option<i64>,
    /// Whether the source deleted it.
    pub is_deleted: bool,
}

/// Late rows, the largest first, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LateRows {
    /// As many as were asked for.
    pub rows: Vec<LateRow>,
    /// All of them.
    pub row_count: i64,
}

/// The rows a metric counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    Deals { is_by_creation: bool },
    Orders,
    Interactions,
    Customers { status: &'static str },
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: Option<String>,
    date: NaiveDate,
    cents: Option<i64>,
    is_deleted: bool,
    row_count: i64,
}

/// The rows behind `metric` in `period` that were written after the snapshot `snapshot_id` of the tenant; none for a
/// metric that counts no rows of one kind.
pub async fn late_rows(
    connection: &mut PgConnection,
    tenant: &str,
    (metric, period): (&str, Period),
    snapshot_id: i64,
    row_max: i64,
) -> Result<LateRows, MetricError> {
    let Some(kind) = rows_of(metric) else { return Ok(LateRows::default()) };
    let (entity, sql) = match kind {
        Rows::Deals { .. } => ("deal", include_str!("sql/late_deals.sql")),
        Rows::Orders => ("order", include_str!("sql/late_orders.sql")),
        Rows::Interactions => ("interaction", include_str!("sql/late_interactions.sql")),
        Rows::Customers { .. } => ("customer", include_str!("sql/late_customers.sql")),
    };
    let mut query =
        sqlx::query_as(sql).bind(tenant).bind(period.from).bind(period.until).bind(snapshot_id).bind(row_max);
    query = match kind {
        Rows::Deals { is_by_creation } => query.bind(is_by_creation),
        Rows::Customers { status } => query.bind(status),
        Rows::Orders | Rows::Interactions => query,
    };
    let found: Vec<Row> = query.fetch_all(connection).await.map_err(failed("reading late rows"))?;
    let row_count = found.first().map_or(0, |row| row.row_count);
    let rows = found.into_iter().map(|Row { id, name, date, cents, is_deleted, .. }| LateRow {
        entity,
        id,
        name,
        date,
        cents,
        is_deleted,
    });
    Ok(LateRows { rows: rows.collect(), row_count })
}

fn rows_of(metric: &str) -> Option<Rows> {
    Some(match metric {
        "revenue" | "deals_won" | "deals_lost" | "win_rate" | "avg_deal_value" | "avg_days_to_close" => {
            Rows::Deals { is_by_creation: false }
        }
        "deals_created" => Rows::Deals { is_by_creation: true },
        "orders" | "order_value" => Rows::Orders,
        "interactions" => Rows::Interactions,
        "new_customers" => Rows::Customers { status: "customer" },
        "churned_customers" | "churn_rate" => Rows::Customers { status: "churned" },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::catalog;

    #[test]
    fn every_metric_with_rows_is_one_of_the_catalog() {
        for name in ["revenue", "deals_created", "order_value", "interactions", "new_customers", "churn_rate"] {
            assert!(catalog::find(name).is_some() && rows_of(name).is_some(), "{name}");
        }
        assert_eq!(rows_of("mrr"), None);
    }
}
