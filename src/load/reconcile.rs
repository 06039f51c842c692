//! The proof that nothing was lost on the way: live rows and amounts of staging against those of the star.

use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::load::entity::merge_spec;
use crate::load::{LoadError, warehouse};
use crate::source::Entity;

/// Live rows and the sum of their amounts, on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Balance {
    /// None where the load did not count them.
    pub source_live: Option<i64>,
    pub star_live: Option<i64>,
    /// Decimal text; none where the entity has no amount.
    pub source_amount: Option<String>,
    pub star_amount: Option<String>,
}

/// Counts one entity on both sides, less the quarantined rows: staging does not hold them, and what the star holds of
/// them is the last sound state. Where staging holds a part, the source's side is what the source `counted`;
/// what came in flight (`flown`) is added to what is staged.
pub(super) async fn balance_entity(
    tx: &mut PgConnection,
    tenant_key: i32,
    entity: &Entity,
    counted: Option<&(i64, Option<String>)>,
    flown: Option<&(i64, Option<String>)>,
) -> Result<Balance, LoadError> {
    let Entity { name, key, .. } = entity;
    let spec = merge_spec(name);
    let amount = spec.and_then(|spec| spec.amount).unwrap_or("null::numeric");
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
    let source = match counted {
        Some(_) => "select null::bigint as n, null::numeric as amount where $1 > 0".to_owned(),
        None => {
            let (live, sum) = match flown {
                Some((live, Some(sum))) => (*live, format!("coalesce(sum({amount}), 0) + {sum}")),
                Some((live, None)) => (*live, format!("sum({amount})")),
                None => (0, format!("sum({amount})")),
            };
            format!(
                "select count(*) + {live} as n, {sum} as amount from staging.\"{name}\" as r where {is_live} and $1 > 0"
            )
        }
    };
    // What is in quarantine is counted by itself and taken off: looking for each row of the table there would cost more
    // than counting the table does.
    let star = format!(
        "select count(*) as n, count({amount}) as amounts, sum({amount}) as amount from star.{table} as r where r.tenant_key = $1 and {star_is_live}"
    );
    let statement = format!(
        "select s.n, s.amount::text, t.n - q.n, case when t.amounts > q.amounts then t.amount - coalesce(q.amount, 0) end::text from
         ({source}) as s,
         ({star}) as t,
         ({star} and r.{key} in (select k.entity_key from vesper.quarantine as k where k.tenant_key = $1 and k.entity = '{name}')) as q"
    );
    let row = sqlx::query(AssertSqlSafe(statement)).bind(tenant_key).fetch_one(tx).await;
    let row = row.map_err(warehouse(format!("balancing {name}")))?;
    let (source_live, source_amount) = match counted {
        Some((live, amount)) => (Some(*live), amount.clone()),
        None => (row.get(0), row.get(1)),
    };
    Ok(Balance { source_live, source_amount, star_live: row.get(2), star_amount: row.get(3) })
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
    Ok(row.map_or_else(Balance::default, |row| Balance {
        source_live: row.get(0),
        star_live: row.get(1),
        source_amount: row.get(2),
        star_amount: row.get(3),
    }))
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
