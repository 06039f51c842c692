//! Members of a dimension that facts name and nobody delivered: inferred now, completed when they come.

use sqlx::{AssertSqlSafe, PgConnection};

use crate::load::entity::MergeSpec;
use crate::load::{LoadError, warehouse};
use crate::source::contract::ENTITIES;

/// Adds one inferred member per key of `dimension` that any staged row names.
///
/// A staged column of the dimension's key is a reference to it, whatever the entity. Re-run: adds nothing.
pub(super) async fn infer_members(
    tx: &mut PgConnection,
    dimension: &MergeSpec,
    tenant_key: i32,
) -> Result<(), LoadError> {
    let MergeSpec { entity, table, key, .. } = dimension;
    let names_it = |e: &&crate::source::Entity| e.name != *entity && e.columns.iter().any(|c| c.name == *key);
    // Each table asks for itself: few names are left to be told apart.
    let unknown = |e: &crate::source::Entity| {
        format!(
            "select s.{key} from staging.\"{}\" as s where s.{key} is not null and not exists (select from star.{table} as k where k.tenant_key = $1::int and k.{key} = s.{key})",
            e.name
        )
    };
    let references: Vec<String> = ENTITIES.iter().filter(names_it).map(unknown).collect();
    if references.is_empty() {
        return Ok(());
    }
    let statement = format!(
        "insert into star.{table} (tenant_key, {key}, name, is_inferred)
         select $1::int, named.{key}, named.{key}, true from ({}) as named",
        references.join("\nunion\n")
    );
    let done = sqlx::query(AssertSqlSafe(statement)).bind(tenant_key).execute(tx).await;
    done.map(drop).map_err(warehouse(format!("inferring members of star.{table}")))
}

/// Adds the plans that staged subscriptions name for the first time.
pub(super) async fn infer_plans(tx: &mut PgConnection, tenant_key: i32) -> Result<(), LoadError> {
    let done = sqlx::query(include_str!("sql/plan.sql")).bind(tenant_key).execute(tx).await;
    done.map(drop).map_err(warehouse("adding members of star.dim_plan"))
}

/// Adds one inferred customer per id that a staged fact names.
pub(super) async fn infer_customers(tx: &mut PgConnection, tenant_key: i32) -> Result<(), LoadError> {
    let done = sqlx::query(include_str!("sql/infer_customer.sql")).bind(tenant_key).execute(tx).await;
    done.map(drop).map_err(warehouse("inferring members of star.dim_customer"))
}
