//! The roles of a warehouse: who owns, who writes, who reads what, and which tenant's rows.

use sqlx::{Connection as _, Executor as _, FromRow, PgConnection};

use crate::app::MigrateError;
use crate::app::migrate::place_of;
use crate::base::pg::Database;

/// A role as it stands now.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct WarehouseRole {
    /// Its name.
    pub role: String,
    /// Whether somebody can log in as it.
    pub can_login: bool,
}

impl WarehouseRole {
    /// What it is for, in a few words.
    pub fn may(&self) -> String {
        match self.role.as_str() {
            "vesper_owner" => "owns every schema; migrations".to_owned(),
            "vesper_worker" => "runs the jobs: VESPER_WAREHOUSE_URL of `vesper serve`".to_owned(),
            "vesper_http" => "reads what HTTP serves: VESPER_WAREHOUSE_URL of `vesper serve --only http`".to_owned(),
            "vesper_kpi" => "reads the star for queries of custom metrics".to_owned(),
            "bi_reader" => "what the readers of all tenants have in common".to_owned(),
            reader => format!("reads star, cube and metric rows of tenant {}", reader.trim_start_matches("bi_")),
        }
    }
}

/// Makes the roles, their grants and the row policies, and tells which there are. A second run changes nothing; from the
/// first on [`migrate`](crate::app::migrate) keeps them up.
pub async fn make_roles(warehouse: &Database) -> Result<Vec<WarehouseRole>, MigrateError> {
    let mut connection = warehouse.connect().await?;
    keep_roles(&mut connection, warehouse).await?;
    let roles = sqlx::query_as(include_str!("list_roles.sql")).fetch_all(&mut connection).await;
    let roles = roles.map_err(|source| MigrateError::Roles { place: place_of(warehouse), source })?;
    // Everything is committed: a failing goodbye loses nothing.
    let _ = connection.close().await;
    Ok(roles)
}

/// Whether the roles were made here once.
pub(super) async fn has_roles(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select nspowner::regrole::text = 'vesper_owner' from pg_namespace where nspname = 'star'")
        .fetch_one(connection)
        .await
}

/// Gives what is new its owner, grants and policies.
pub(super) async fn keep_roles(connection: &mut PgConnection, warehouse: &Database) -> Result<(), MigrateError> {
    let done = connection.execute(include_str!("roles.sql")).await;
    done.map(drop).map_err(|source| MigrateError::Roles { place: place_of(warehouse), source })
}
