//! The operational schema, as its owner ships it.

use sqlx::PgConnection;

use super::DemoError;

/// Makes the operational tables. A second run finds them and leaves them.
pub async fn create_operational_schema(connection: &mut PgConnection) -> Result<(), DemoError> {
    let fail = |source| DemoError::Statement { action: "make the operational schema".to_owned(), source };
    let is_there: bool = sqlx::query_scalar("select to_regclass('public.customer_customers') is not null")
        .fetch_one(&mut *connection)
        .await
        .map_err(fail)?;
    if is_there {
        return Ok(());
    }
    // One simple query is one transaction: all of the schema is there, or nothing.
    sqlx::raw_sql(include_str!("schema.sql")).execute(connection).await.map(drop).map_err(fail)
}
