//! fx_rate: what a currency is worth in the reporting currency. Loaded first, because every amount asks for it.

use sqlx::{PgConnection, Row};

use crate::load::merge::Merged;
use crate::load::{LoadError, warehouse};

/// Marks rates that no table can hold, and those of the reporting currency itself.
pub(super) async fn mark_rates(tx: &mut PgConnection, tenant_key: i32) -> Result<(), LoadError> {
    let done = sqlx::query(include_str!("sql/mark_reporting_rate.sql")).bind(tenant_key).execute(tx).await;
    done.map(drop).map_err(warehouse("checking the rates"))
}

/// Brings star.fx_rate up to date with staging. A rate that is no longer given still holds for what it converted.
///
/// A replay writes nothing.
pub(super) async fn merge_rates(tx: &mut PgConnection, tenant_key: i32) -> Result<Merged, LoadError> {
    let write = sqlx::query(include_str!("sql/fx_rate.sql")).bind(tenant_key).execute(&mut *tx).await;
    let loaded = write.map_err(warehouse("writing star.fx_rate"))?.rows_affected() as i64;
    let staged = sqlx::query("select count(*) from staging.fx_rate").fetch_one(tx).await;
    let staged: i64 = staged.map_err(warehouse("counting the rates"))?.get(0);
    Ok(Merged { loaded, unchanged: staged - loaded, deleted: 0, is_fill: false })
}
