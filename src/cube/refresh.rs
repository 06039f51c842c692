//! Replaces the touched days of every cube, and the months of its rollup that hold them.

use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row};
use tracing::debug;

use crate::base::chaos;
use crate::cube::CubeError;

/// A cube or a rollup of one: its table, the facts whose touched days it lives on, and how it is filled.
pub(super) struct CubeSpec {
    pub(super) table: &'static str,
    facts: &'static [&'static str],
    pub(super) extent: Extent,
    pub(super) insert: &'static str,
}

/// What is deleted before the insert.
pub(super) enum Extent {
    /// The touched days.
    Days,
    /// The months that hold touched days: a rollup, which sums this cube and comes after it.
    Months(&'static str),
    /// Everything of the tenant: the cube is small and its rows depend on more than their day.
    Tenant,
    /// Everything of the tenant: a rollup of this cube, of which everything is written too.
    Whole(&'static str),
    /// Nothing: the insert writes only what differs.
    Nothing,
}

impl Extent {
    /// The cube that a rollup sums.
    pub(super) fn summed(&self) -> Option<&'static str> {
        match self {
            Extent::Months(of) | Extent::Whole(of) => Some(of),
            Extent::Days | Extent::Tenant | Extent::Nothing => None,
        }
    }
}

const fn by_day(table: &'static str, facts: &'static [&'static str], insert: &'static str) -> CubeSpec {
    CubeSpec { table, facts, extent: Extent::Days, insert }
}

/// The rollup of a cube whose facts are these.
const fn by_month(
    table: &'static str,
    of: &'static str,
    facts: &'static [&'static str],
    insert: &'static str,
) -> CubeSpec {
    CubeSpec { table, facts, extent: Extent::Months(of), insert }
}

pub(super) const CUBES: &[CubeSpec] = &[
    by_day("deal_flow_day", &["deal"], include_str!("sql/deal_flow_day.sql")),
    by_day("deal_stock_day", &["deal"], include_str!("sql/deal_stock_day.sql")),
    by_month("deal_stock_month", "deal_stock_day", &["deal"], include_str!("sql/deal_stock_month.sql")),
    by_day("deal_cohort_day", &["deal"], include_str!("sql/deal_cohort_day.sql")),
    by_day("deal_close_day", &["deal"], include_str!("sql/deal_close_day.sql")),
    by_day("deal_age_day", &["deal"], include_str!("sql/deal_age_day.sql")),
    by_day("stage_visit_day", &["deal"], include_str!("sql/stage_visit_day.sql")),
    by_day("customer_flow_day", &["customer"], include_str!("sql/customer_flow_day.sql")),
    by_day("customer_spell_day", &["customer"], include_str!("sql/customer_spell_day.sql")),
    by_day("customer_stock_day", &["customer"], include_str!("sql/customer_stock_day.sql")),
    by_day("customer_cohort_day", &["customer"], include_str!("sql/customer_cohort_day.sql")),
    by_day("customer_purchase_day", &["deal", "order"], include_str!("sql/customer_purchase_day.sql")),
    CubeSpec {
        table: "customer_life",
        facts: &["customer", "deal"],
        extent: Extent::Nothing,
        insert: include_str!("sql/customer_life.sql"),
    },
    by_day("interaction_day", &["interaction"], include_str!("sql/interaction_day.sql")),
    by_month("interaction_month", "interaction_day", &["interaction"], include_str!("sql/interaction_month.sql")),
    CubeSpec {
        table: "follow_up_day",
        facts: &["interaction"],
        extent: Extent::Tenant,
        insert: include_str!("sql/follow_up_day.sql"),
    },
    by_day("order_day", &["order"], include_str!("sql/order_day.sql")),
    by_day("fulfilment_day", &["order"], include_str!("sql/fulfilment_day.sql")),
    by_day("product_day", &["order", "order_line"], include_str!("sql/product_day.sql")),
    by_month("product_month", "product_day", &["order", "order_line"], include_str!("sql/product_month.sql")),
    by_day("basket_day", &["order", "order_line"], include_str!("sql/basket_day.sql")),
    by_day("product_pair_day", &["order", "order_line"], include_str!("sql/product_pair_day.sql")),
    by_month(
        "product_pair_month",
        "product_pair_day",
        &["order", "order_line"],
        include_str!("sql/product_pair_month.sql"),
    ),
    by_day("revenue_day", &["deal", "order", "payment"], include_str!("sql/revenue_day.sql")),
    by_day("subscription_stock_day", &["subscription"], include_str!("sql/subscription_stock_day.sql")),
    CubeSpec {
        table: "subscription_plan_day",
        facts: &["subscription"],
        extent: Extent::Tenant,
        insert: include_str!("sql/subscription_plan_day.sql"),
    },
    CubeSpec {
        table: "mrr_movement_day",
        facts: &["subscription"],
        extent: Extent::Tenant,
        insert: include_str!("sql/mrr_movement_day.sql"),
    },
    CubeSpec {
        table: "mrr_flow_day",
        facts: &["subscription"],
        extent: Extent::Whole("mrr_movement_day"),
        insert: include_str!("sql/mrr_flow_day.sql"),
    },
];

/// What a refresh did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CubeReport {
    /// (fact, day) pairs that were touched.
    pub touched_days: i64,
    /// Cube rows written.
    pub rows_written: i64,
    /// Cubes of which so many rows were replaced that [`vacuum_cubes`] pays.
    #[serde(default)]
    pub replaced: Vec<String>,
}

/// Replaces the touched days of every cube, and the touched customers, and forgets them, inside the caller's transaction.
///
/// Re-run: nothing is touched any more, nothing is written.
pub async fn refresh_cubes(tx: &mut PgConnection, tenant_key: i32) -> Result<CubeReport, CubeError> {
    let touched = sqlx::query("select fact, count(*) from vesper.touched_day where tenant_key = $1 group by fact");
    let touched = touched
        .bind(tenant_key)
        .fetch_all(&mut *tx)
        .await
        .map_err(failed("vesper.touched_day", "reading the touched days"))?;
    let facts: Vec<String> = touched.iter().map(|r| r.get(0)).collect();
    let touched_days = touched.iter().map(|r| r.get::<i64, _>(1)).sum();
    if touched_days > 0 {
        for statement in [SORTING, FINDING, "analyze vesper.touched_day", "analyze vesper.touched_customer"] {
            let done = sqlx::query(statement).execute(&mut *tx).await;
            done.map_err(failed("vesper.touched_day", "analysing"))?;
        }
    }
    let (mut rows_written, mut replaced) = (0, Vec::new());
    for cube in CUBES.iter().filter(|c| c.facts.iter().any(|f| facts.iter().any(|t| t == f))) {
        let touched =
            format!("from vesper.touched_day where tenant_key = $1 and fact in ('{}')", cube.facts.join("', '"));
        let delete = match cube.extent {
            Extent::Days => {
                format!("delete from cube.{} where tenant_key = $1 and day in (select day {touched})", cube.table)
            }
            Extent::Months(_) => format!(
                "delete from cube.{} where tenant_key = $1 and month in (select date_trunc('month', day::timestamp)::date {touched})",
                cube.table
            ),
            Extent::Tenant | Extent::Whole(_) => format!("delete from cube.{} where tenant_key = $1", cube.table),
            Extent::Nothing => String::new(),
        };
        let mut deleted = 0;
        if !delete.is_empty() {
            let done = sqlx::query(AssertSqlSafe(delete)).bind(tenant_key).execute(&mut *tx).await;
            deleted = done.map_err(failed(cube.table, "deleting the touched days"))?.rows_affected() as i64;
        }
        let done = sqlx::query(cube.insert).bind(tenant_key).execute(&mut *tx).await;
        let written = done.map_err(failed(cube.table, "inserting the touched days"))?.rows_affected() as i64;
        analyze_grown(tx, cube, written - deleted).await?;
        let outdated = if let Extent::Nothing = cube.extent { written } else { deleted };
        if outdated >= VACUUM_MIN && outdated * VACUUM_SHARE >= known_rows(tx, cube.table).await? {
            replaced.push(cube.table.to_owned());
        }
        rows_written += written;
        chaos::point("cube.replaced");
    }
    let found = sqlx::query(FOUND).execute(&mut *tx).await;
    found.map_err(failed("vesper.touched_day", "ending the search"))?;
    for statement in [
        "delete from vesper.touched_day where tenant_key = $1",
        "delete from vesper.touched_customer where tenant_key = $1",
    ] {
        let done = sqlx::query(statement).bind(tenant_key).execute(&mut *tx).await;
        done.map_err(failed("vesper.touched_day", "forgetting what was touched"))?;
    }
    chaos::point("cube.refreshed");
    Ok(CubeReport { touched_days, rows_written, replaced })
}

/// Statistics for the plans of the metrics, which read the cube before any vacuum comes by: when it grew by so much that
/// the old ones, or none, would mislead. Days that were replaced by as many rows are what they were.
async fn analyze_grown(tx: &mut PgConnection, spec: &CubeSpec, grown: i64) -> Result<(), CubeError> {
    let cube = spec.table;
    let few = if spec.extent.summed().is_some() { ROLLUP_ANALYZE_MIN } else { ANALYZE_MIN };
    if grown < few {
        return Ok(());
    }
    if grown * ANALYZE_SHARE < known_rows(tx, cube).await? {
        return Ok(());
    }
    let done = sqlx::query(AssertSqlSafe(format!("analyze cube.{cube}"))).execute(tx).await;
    done.map(drop).map_err(failed(cube, "analysing"))
}

/// How many rows a cube had when the server counted last; -1 where it never did.
async fn known_rows(tx: &mut PgConnection, cube: &'static str) -> Result<i64, CubeError> {
    let known = sqlx::query_scalar("select reltuples::bigint from pg_class where oid = $1::regclass");
    known.bind(format!("cube.{cube}")).fetch_one(tx).await.map_err(failed(cube, "reading the size"))
}

/// Clears what a refresh replaced, after its commit: an index alone answers only for pages without outdated rows, and the
/// publish reads the largest cubes by their indexes.
///
/// The server does the same in its own time; so nothing waits for a lock, and where the worker does not own the cubes, or
/// the statement fails, they are left to it. Re-run: finds nothing to clear.
pub async fn vacuum_cubes(pool: &PgPool, cubes: &[String]) {
    if cubes.is_empty() {
        return;
    }
    let tables = cubes.iter().map(|cube| format!("cube.{cube}")).collect::<Vec<_>>().join(", ");
    let statement = format!("vacuum (skip_locked, truncate false) {tables}");
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(statement)).execute(pool).await {
        debug!("the server will vacuum {tables} itself: {error}");
    }
}

/// Touches every day of every cube and of every fact, and every customer, so that the next refresh rebuilds all.
pub async fn touch_all(tx: &mut PgConnection, tenant_key: i32) -> Result<(), CubeError> {
    for statement in [include_str!("sql/touch_all.sql"), include_str!("sql/touch_customers.sql")] {
        let done = sqlx::query(statement).bind(tenant_key).execute(&mut *tx).await;
        done.map_err(failed("vesper.touched_day", "touching every day"))?;
    }
    Ok(())
}

pub(super) fn failed(cube: &'static str, action: &'static str) -> impl FnOnce(sqlx::Error) -> CubeError {
    move |source| CubeError::Warehouse { cube, action, source }
}

/// What a rebuild sorts and hashes stays in memory; the transaction's own, and one cube at a time.
const SORTING: &str = "set local work_mem = '64MB'";
/// The rows of touched days were written tonight and lie in memory: finding them by an index costs less than the planner
/// takes it for, and it would rather read all of a table.
const FINDING: &str = "set local random_page_cost = 0.5";
const FOUND: &str = "set local random_page_cost to default";
/// With fewer rows replaced, the few pages looked up in vain cost less than the passage.
const VACUUM_MIN: i64 = 10_000;
/// One row replaced in so many more leaves too few pages clean for an index to answer alone; a week of years does not.
const VACUUM_SHARE: i64 = 20;
/// With fewer rows any plan is quick.
const ANALYZE_MIN: i64 = 10_000;
/// A rollup has few rows and is read whole, so a plan that expects none of them is slow with fewer rows than a cube has.
const ROLLUP_ANALYZE_MIN: i64 = 1_000;
/// One row in so many more makes old statistics misleading.
const ANALYZE_SHARE: i64 = 20;
