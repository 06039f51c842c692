//! What the source does not keep: the visits of a deal's stages.

use sqlx::PgConnection;

use crate::load::{LoadError, warehouse};

/// Ends and opens stage visits of the deals that changed tonight.
///
/// A replay finds no changed deal and writes nothing.
pub(super) async fn record_stage_visits(tx: &mut PgConnection, tenant_key: i32) -> Result<(), LoadError> {
    const STEPS: [(&str, &str); 3] = [
        ("ending stage visits", include_str!("sql/deal_stage_close.sql")),
        ("opening stage visits", include_str!("sql/deal_stage_open.sql")),
        ("touching the days of stage visits", include_str!("sql/deal_stage_touch.sql")),
    ];
    for (action, statement) in STEPS {
        sqlx::query(statement).bind(tenant_key).execute(&mut *tx).await.map_err(warehouse(action))?;
    }
    Ok(())
}
