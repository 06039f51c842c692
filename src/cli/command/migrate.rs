//! `vesper migrate`

use crate::app;
use crate::cli::Failure;
use crate::config::Settings;

/// Applies the migrations to the analytics database. A second run changes nothing.
pub(in crate::cli) async fn migrate(settings: &Settings) -> Result<(), Failure> {
    let warehouse = settings.warehouse()?;
    let count = app::migrate(&warehouse).await?;
    println!("the analytics database {} at {} has all {count} migrations", warehouse.database(), warehouse.place());
    Ok(())
}
