//! How long snapshots are kept: every one for 400 days, then the last one of each month for ever.

use chrono::{Days, NaiveDate};
use sqlx::PgConnection;

use crate::metric::{MetricError, failed};

/// Days that every snapshot is kept: a year, so that the same day a year before can be looked at, and some to spare.
const DAY_COUNT: u64 = 400;

/// Deletes what is kept no longer, as seen from a business date; gives the number of snapshots deleted. Never the current
/// one, and never one that a sealed edition tells of. Re-run: nothing is left to delete.
pub(super) async fn delete_expired(
    tx: &mut PgConnection,
    tenant_key: i32,
    business_date: NaiveDate,
) -> Result<u64, MetricError> {
    let delete =
        sqlx::query(include_str!("sql/delete_expired.sql")).bind(tenant_key).bind(business_date - Days::new(DAY_COUNT));
    let deleted = delete.execute(tx).await.map_err(failed("deleting snapshots that are kept no longer"))?;
    Ok(deleted.rows_affected())
}
