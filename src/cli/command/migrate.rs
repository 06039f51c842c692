//! `vesper migrate`

use crate::app;
use crate::cli::print::left_columns;
use crate::cli::{Failure, MigrateArgs};
use crate::config::Settings;

/// Applies the migrations to the analytics database and, when asked to, makes the roles. A second run changes nothing.
pub(in crate::cli) async fn migrate(settings: &Settings, args: &MigrateArgs) -> Result<(), Failure> {
    let warehouse = settings.warehouse()?;
    let count = app::migrate(&warehouse).await?;
    println!("the analytics database {} at {} has all {count} migrations", warehouse.database(), warehouse.place());
    if !args.roles {
        return Ok(());
    }
    let roles = app::make_roles(&warehouse).await?;
    let row = |role: &app::WarehouseRole| {
        vec![role.role.clone(), if role.can_login { "yes" } else { "no" }.to_owned(), role.may()]
    };
    let rows: Vec<Vec<String>> = roles.iter().map(row).collect();
    println!("{}", left_columns(&["role", "login", "may"], &rows));
    println!("A login needs a password to come over the network: \\password ROLE in psql.");
    Ok(())
}
