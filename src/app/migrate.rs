//! Brings the analytics database to this version's shape.

use sqlx::Executor;
use sqlx::migrate::Migrator;

use crate::base::pg::{Database, PgError};
use crate::base::{Remedied, Remedy};

/// All migrations, compiled in.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Why the shape could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The warehouse cannot be reached.
    #[error("the analytics database cannot be reached")]
    Connect(#[source] PgError),
    /// A migration failed; it was rolled back.
    #[error("a migration of the analytics database failed")]
    Migrate(#[source] sqlx::migrate::MigrateError),
}

impl Remedied for MigrateError {
    fn remedy(&self) -> Remedy {
        match self {
            MigrateError::Connect(source) => source.remedy(),
            MigrateError::Migrate(_) => Remedy::FixConfig,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            MigrateError::Connect(source) => source.hint(),
            MigrateError::Migrate(_) => {
                Some("the login needs CREATE on the database and the btree_gist extension must be available (postgresql-contrib)".into())
            }
        }
    }
}

/// Applies the migrations that have not been applied and returns how many there are. A second run changes nothing.
pub async fn migrate(warehouse: &Database) -> Result<usize, MigrateError> {
    let mut connection = warehouse.connect().await.map_err(MigrateError::Connect)?;
    // A login called `vesper` would look for the list of applied migrations in the schema `vesper`, once that exists.
    let pinned = connection.execute("set search_path to public").await;
    pinned.map_err(|e| MigrateError::Migrate(sqlx::migrate::MigrateError::Execute(e)))?;
    MIGRATIONS.run(&mut connection).await.map_err(MigrateError::Migrate)?;
    Ok(MIGRATIONS.iter().count())
}
