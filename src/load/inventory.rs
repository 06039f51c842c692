//! fact_inventory_day: the level of each product in each warehouse, from the day it changed until the next change.

use sqlx::{PgConnection, Row};

use crate::load::merge::{MergeContext, Merged, analyze_changed, analyze_table, refuse_implausible};
use crate::load::{LoadError, warehouse};

/// Brings fact_inventory_day up to date with staging.
///
/// A replay finds no difference and writes nothing.
pub(super) async fn merge_inventory(tx: &mut PgConnection, context: &MergeContext) -> Result<Merged, LoadError> {
    let compare = sqlx::query(include_str!("sql/inventory_image.sql"));
    let compare = compare.bind(context.tenant_key).bind(context.noticed_at).bind(context.known_until);
    let loaded = compare.execute(&mut *tx).await.map_err(warehouse("comparing star.fact_inventory_day"))?;
    let loaded = loaded.rows_affected() as i64;
    let counts = sqlx::query(
        "select (select count(*) from staging.inventory), (select count(*) from star.fact_inventory_day where tenant_key = $1 and valid_until is null)",
    );
    let counts = counts.bind(context.tenant_key).fetch_one(&mut *tx).await;
    let counts = counts.map_err(warehouse("counting star.fact_inventory_day"))?;
    let (staged, live): (i64, i64) = (counts.get(0), counts.get(1));
    let vanish = sqlx::query(include_str!("sql/inventory_vanish.sql"));
    let vanish = vanish.bind(context.tenant_key).bind(context.noticed_at).execute(&mut *tx).await;
    let deleted = vanish.map_err(warehouse("looking for deletions in star.fact_inventory_day"))?.rows_affected() as i64;
    refuse_implausible("inventory", deleted, live, context.vanish_share_max)?;
    let merged = Merged { loaded, unchanged: staged - loaded, deleted, is_fill: false };
    if loaded + deleted > 0 {
        analyze_table(tx, "staging.changed_inventory").await?;
        for (action, statement) in [
            ("ending levels of stock", include_str!("sql/inventory_close.sql")),
            ("opening levels of stock", include_str!("sql/inventory_open.sql")),
        ] {
            sqlx::query(statement).bind(context.tenant_key).execute(&mut *tx).await.map_err(warehouse(action))?;
        }
        analyze_changed(tx, "fact_inventory_day", &merged).await?;
    }
    Ok(merged)
}
