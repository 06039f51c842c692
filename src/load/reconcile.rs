//! The proof that nothing was lost on the way: live rows and amounts of staging against those of the star.

use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::load::{LoadError, warehouse};

/// Live rows and the sum of their amounts, on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Balance {
    pub source_live: i64,
    pub star_live: i64,
    /// Decimal text; none where the entity has no amount.
    pub source_amount: Option<String>,
    pub star_amount: Option<String>,
}

/// Counts one entity on both sides, less the quarantined rows: staging does not hold them, and what the star holds of
/// them is the last sound state.
pub(super) async fn balance_entity(tx: &mut PgConnection, tenant_key: i32, entity: &str) -> Result<Balance, LoadError> {
    let amount = match entity {
        "deal" => "value_cents",
        "order" | "order_line" => "amount",
        "subscription" => "amount_cents",
        _ => "null::numeric",
    };
    let is_live = match entity {
        // A line leaves with its order.
        "order_line" => {
            "not exists (select from star.fact_order as o where o.tenant_key = $1 and o.order_id = r.order_id and o.deleted_at is not null)"
        }
        _ => "r.deleted_at is null",
    };
    let (table, star_is_live) = match entity {
        "customer" => ("dim_customer", "r.deleted_at is null and r.is_current and not r.is_inferred"),
        "sales_rep" | "company" | "product" => {
            (&*format!("dim_{entity}"), "r.deleted_at is null and not r.is_inferred")
        }
        _ => (&*format!("fact_{entity}"), "r.deleted_at is null"),
    };
    let statement = format!(
        "select s.n, s.amount::text, t.n, t.amount::text from
         (select count(*) as n, sum({amount}) as amount from staging.\"{entity}\" as r where {is_live} and $1 > 0) as s,
         (select count(*) as n, sum({amount}) as amount from star.{table} as r where r.tenant_key = $1 and {star_is_live}
            and not exists (select from vesper.quarantine as q where q.tenant_key = $1 and q.entity = '{entity}' and q.entity_key = r.{entity}_id)) as t"
    );
    let row = sqlx::query(AssertSqlSafe(statement)).bind(tenant_key).fetch_one(tx).await;
    let row = row.map_err(warehouse(format!("balancing {entity}")))?;
    Ok(Balance { source_live: row.get(0), source_amount: row.get(1), star_live: row.get(2), star_amount: row.get(3) })
}
