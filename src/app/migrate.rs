//! Brings the analytics database to this version's shape, and tells whether it has it.

use std::collections::BTreeSet;

use sqlx::migrate::{MigrateError as Refusal, Migrator};
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::app::roles::{has_roles, keep_roles};
use crate::base::pg::{Database, PgError, remedy_of};
use crate::base::{Remedied, Remedy};

/// All migrations, compiled in.
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Why the shape is not, or could not be brought, up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The warehouse cannot be reached.
    #[error(transparent)]
    Connect(#[from] PgError),
    /// A migration failed; it was rolled back.
    #[error("the analytics database {place} could not be migrated")]
    Migrate {
        /// Which one.
        place: String,
        /// The migrator's reason.
        #[source]
        source: Refusal,
    },
    /// Which migrations were applied cannot be read.
    #[error("the migrations of the analytics database {place} cannot be read")]
    Unreadable {
        /// Which one.
        place: String,
        /// The driver's reason.
        #[source]
        source: sqlx::Error,
    },
    /// The roles could not be made.
    #[error("the roles of the analytics database {place} could not be made")]
    Roles {
        /// Which one.
        place: String,
        /// The driver's reason.
        #[source]
        source: sqlx::Error,
    },
    /// Migrations of this version were not applied.
    #[error("the analytics database {place} lacks {missing_count} of {count} migrations")]
    Behind {
        /// Which one.
        place: String,
        /// How many are missing.
        missing_count: usize,
        /// How many there are.
        count: usize,
    },
    /// Migrations were applied that this version does not know.
    #[error("the analytics database {place} was migrated by a newer version of Vesper")]
    Ahead {
        /// Which one.
        place: String,
    },
}

impl Remedied for MigrateError {
    fn remedy(&self) -> Remedy {
        match self {
            MigrateError::Connect(source) => source.remedy(),
            MigrateError::Migrate {
                source: Refusal::Execute(source) | Refusal::ExecuteMigration(source, _), ..
            } => {
                match remedy_of(source) {
                    Remedy::RetryLater => Remedy::RetryLater,
                    // The statements are tested from empty: what refuses them is this server.
                    Remedy::FixCode | Remedy::FixConfig | Remedy::FixData => Remedy::FixConfig,
                }
            }
            MigrateError::Migrate { .. } | MigrateError::Behind { .. } | MigrateError::Ahead { .. } => {
                Remedy::FixConfig
            }
            MigrateError::Unreadable { source, .. } | MigrateError::Roles { source, .. } => remedy_of(source),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            MigrateError::Connect(source) => source.hint(),
            MigrateError::Migrate { source: Refusal::VersionMissing(_) | Refusal::VersionMismatch(_), .. } => {
                Some(OTHER_VERSION.to_owned())
            }
            MigrateError::Migrate { source: Refusal::ExecuteMigration(source, _), .. } if is_duplicate(source) => {
                Some("the database is used by something else: give Vesper one of its own".to_owned())
            }
            MigrateError::Migrate { .. } => Some(
                "the login needs CREATE on the database and on its schema public, and the server the extension btree_gist (postgresql-contrib)"
                    .to_owned(),
            ),
            MigrateError::Unreadable { source, .. } => match remedy_of(source) {
                Remedy::FixConfig => Some("use the login that migrated the database".to_owned()),
                Remedy::FixCode | Remedy::FixData | Remedy::RetryLater => None,
            },
            MigrateError::Roles { source, .. } => match remedy_of(source) {
                Remedy::FixConfig => {
                    Some("the login needs CREATEROLE and must own the database, or be a superuser".to_owned())
                }
                Remedy::FixCode | Remedy::FixData | Remedy::RetryLater => None,
            },
            MigrateError::Behind { .. } => Some("run `vesper migrate`".to_owned()),
            MigrateError::Ahead { .. } => Some(OTHER_VERSION.to_owned()),
        }
    }
}

/// Whether a schema, table or function of that name was there before.
fn is_duplicate(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|e| e.code().map(String::from));
    code.is_some_and(|code| ["42P06", "42P07", "42723"].contains(&code.as_str()))
}

const OTHER_VERSION: &str = "use the version of Vesper that migrated it, or a newer one";

/// Applies the migrations that have not been applied and returns how many there are. A second run changes nothing.
pub async fn migrate(warehouse: &Database) -> Result<usize, MigrateError> {
    let mut connection = warehouse.connect().await?;
    let failed = |source| MigrateError::Migrate { place: place_of(warehouse), source };
    // The default path begins with the schema of the login's own name: for a login `vesper` that is one which the
    // first migration makes, and the second run would look for the list of migrations there.
    connection.execute("set search_path = public").await.map_err(|source| failed(Refusal::Execute(source)))?;
    MIGRATIONS.run(&mut connection).await.map_err(failed)?;
    if has_roles(&mut connection).await.map_err(|source| failed(Refusal::Execute(source)))? {
        keep_roles(&mut connection, warehouse).await?;
    }
    // Everything is committed: a failing goodbye loses nothing.
    let _ = connection.close().await;
    Ok(MIGRATIONS.iter().count())
}

/// Fails unless the analytics database has exactly this version's shape. Reads only.
pub async fn check_migrations(connection: &mut PgConnection, warehouse: &Database) -> Result<(), MigrateError> {
    let place = || place_of(warehouse);
    let unreadable = |source| MigrateError::Unreadable { place: place(), source };
    let is_begun: bool = sqlx::query_scalar("select to_regclass('public._sqlx_migrations') is not null")
        .fetch_one(&mut *connection)
        .await
        .map_err(unreadable)?;
    let applied: Vec<i64> = match is_begun {
        true => sqlx::query_scalar("select version from public._sqlx_migrations where success")
            .fetch_all(connection)
            .await
            .map_err(unreadable)?,
        false => Vec::new(),
    };
    let applied: BTreeSet<i64> = applied.into_iter().collect();
    let wanted: BTreeSet<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    let missing_count = wanted.difference(&applied).count();
    if missing_count > 0 {
        return Err(MigrateError::Behind { place: place(), missing_count, count: wanted.len() });
    }
    if applied.is_subset(&wanted) { Ok(()) } else { Err(MigrateError::Ahead { place: place() }) }
}

pub(super) fn place_of(warehouse: &Database) -> String {
    format!("{} at {}", warehouse.database(), warehouse.place())
}
