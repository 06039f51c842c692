//! The proof that nothing was lost on the way: live rows and amounts of staging against those of the star.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::load::entity::merge_spec;
use crate::load::{LoadError, warehouse};
use crate::source::{Entity, Measure, Tally};

/// Live rows and the sum of their amounts, on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Balance {
    /// None where the load did not count them.
    pub source_live: Option<i64>,
    pub star_live: Option<i64>,
    /// Decimal text; none where the entity has no amount.
    pub source_amount: Option<String>,
    pub star_amount: Option<String>,
    /// Where the sides differ, in words: the first currencies and days, both sides each.
    pub unequal: Option<String>,
}

/// Counts one entity on both sides, money by currency and day, less the quarantined rows: staging does not hold them, and
/// what the star holds of them is the last sound state. Where staging holds a part, the source's side is what the source
/// `counted`; what came in flight (`flown`) is added to what is staged.
pub(super) async fn balance_entity(
    tx: &mut PgConnection,
    tenant_key: i32,
    entity: &Entity,
    counted: Option<&[Tally]>,
    flown: &[Tally],
) -> Result<Balance, LoadError> {
    let Entity { name, key, .. } = entity;
    let spec = merge_spec(name);
    let measure = spec.map_or(Measure::ROWS, |spec| spec.measure);
    let star_measure = match *name {
        // The column that cubes count by, whose statistics tell the planner how few days there are.
        "deal" => measure.by_day("created_date"),
        _ => measure,
    };
    let is_live = match *name {
        // A line leaves with its order.
        "order_line" => {
            "not exists (select from star.fact_order as o where o.tenant_key = $1 and o.order_id = r.order_id and o.deleted_at is not null)"
        }
        _ if entity.columns.iter().any(|c| c.name == "deleted_at") => "r.deleted_at is null",
        _ => "true",
    };
    let (table, star_is_live) = match (*name, spec) {
        ("customer", _) => ("dim_customer", "r.deleted_at is null and r.is_current and not r.is_inferred".to_owned()),
        ("inventory", _) => ("fact_inventory_day", "r.valid_until is null".to_owned()),
        (_, Some(spec)) if !spec.versioned_on.is_empty() => {
            (spec.table, "r.deleted_at is null and not r.is_inferred and r.is_current".to_owned())
        }
        (_, Some(spec)) if spec.has("is_inferred") => {
            (spec.table, "r.deleted_at is null and not r.is_inferred".to_owned())
        }
        (_, Some(spec)) if spec.has("deleted_at") => (spec.table, "r.deleted_at is null".to_owned()),
        // A log keeps what left the source: only what is still there is compared.
        (_, Some(spec)) => {
            (spec.table, format!("exists (select from staging.\"{name}\" as s where s.{key} = r.{key})"))
        }
        ("fx_rate", _) => return balance_rates(tx, tenant_key).await,
        // Told by their own rows in the ledger of counts; what they become is not one row each.
        (_, None) => return Ok(Balance { source_live: Some(0), star_live: Some(0), ..Balance::default() }),
    };
    let live = match *name {
        // An index counts them all, and another one the deleted: their pages are a tenth of the table's.
        "interaction" => include_str!("sql/balance_interaction.sql"),
        _ => "select {star_columns} from {table} as r where r.tenant_key = $1::int and {star_is_live} group by 1, 2",
    };
    let statement = include_str!("sql/balance.sql")
        .replace("{live}", live)
        .replace("{columns}", &measure.columns())
        .replace("{star_columns}", &star_measure.columns())
        .replace("{staged}", &format!("staging.\"{name}\""))
        .replace("{is_live}", is_live)
        .replace("{table}", &format!("star.{table}"))
        .replace("{star_is_live}", &star_is_live)
        .replace("{entity}", name)
        .replace("{key}", key);
    let tallies = counted.unwrap_or(flown);
    let row = sqlx::query(AssertSqlSafe(statement))
        .bind(tenant_key)
        .bind(counted.is_none())
        .bind(tallies.iter().map(|tally| tally.currency.as_deref()).collect::<Vec<_>>())
        .bind(tallies.iter().map(|tally| tally.day).collect::<Vec<_>>())
        .bind(tallies.iter().map(|tally| tally.live).collect::<Vec<_>>())
        .bind(tallies.iter().map(|tally| tally.amount.as_deref()).collect::<Vec<_>>())
        .fetch_one(tx)
        .await;
    row.map(|row| balance_of(&row)).map_err(warehouse(format!("balancing {name}")))
}

fn balance_of(row: &PgRow) -> Balance {
    Balance {
        source_live: row.get(0),
        star_live: row.get(1),
        source_amount: row.get(2),
        star_amount: row.get(3),
        unequal: row.get(4),
    }
}

/// The balance that was counted last, of an entity that was left alone: neither side has changed.
pub(super) async fn last_balance(
    tx: &mut PgConnection,
    tenant_key: i32,
    source: &str,
    entity: &Entity,
) -> Result<Balance, LoadError> {
    let row = sqlx::query(include_str!("sql/last_balance.sql")).bind(tenant_key).bind(source).bind(entity.name);
    let row =
        row.fetch_optional(tx).await.map_err(warehouse(format!("reading the last balance of {}", entity.name)))?;
    Ok(row.as_ref().map(balance_of).unwrap_or_default())
}

/// Rates have no key of their own in the star, and those no longer given stay.
async fn balance_rates(tx: &mut PgConnection, tenant_key: i32) -> Result<Balance, LoadError> {
    let statement =
        "select count(*), count(f.rate) from (select distinct currency, valid_from from staging.fx_rate) as s
         left join star.fx_rate as f on f.tenant_key = $1 and f.currency = s.currency and f.valid_from = s.valid_from";
    let row = sqlx::query(statement).bind(tenant_key).fetch_one(tx).await;
    let row = row.map_err(warehouse("balancing fx_rate"))?;
    Ok(Balance { source_live: row.get(0), star_live: row.get(1), ..Balance::default() })
}
