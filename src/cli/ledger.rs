//! The ledger for commands that only look at it or change a row of it: no job file is read, no source is asked.

use sqlx::{Connection as _, PgPool};

use crate::app::check_migrations;
use crate::cli::Failure;
use crate::config::Settings;

/// Connects to the analytics database, if it has this version's shape.
pub(super) async fn open_ledger(settings: &Settings) -> Result<PgPool, Failure> {
    let warehouse = settings.warehouse()?;
    let mut connection = warehouse.connect().await?;
    check_migrations(&mut connection, &warehouse).await?;
    connection.close().await.ok();
    Ok(warehouse.pool(POOL_SIZE_MAX).await?)
}

/// A command asks one thing after another.
const POOL_SIZE_MAX: u32 = 2;
