//! The operational schema, as its owner ships it.

use sqlx::PgConnection;

use super::DemoError;

/// Makes the operational tables in an empty database. A second run is refused by the first table that exists.
pub async fn create_operational_schema(connection: &mut PgConnection) -> Result<(), DemoError> {
    let done = sqlx::raw_sql(include_str!("schema.sql")).execute(connection).await;
    done.map(drop).map_err(|source| DemoError::Statement { action: "make the operational schema".to_owned(), source })
}
