//! What a source says of itself before it is read: who it is, and what was ever written to each table.

use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, Row};

use crate::source::plan::Relation;

/// A table that a query reads, and what the server counted on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableState {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// The partitioned table it is a part of, or itself: schema and name.
    pub root: (String, String),
    /// Its object id.
    pub oid: i64,
    /// Its file: another one after TRUNCATE, a rewrite or a restore.
    pub file: i64,
    /// Rows ever inserted, updated and deleted; none where the server does not count.
    pub written: Option<[i64; 3]>,
    /// Whether rows carry the transaction that wrote them: no view, no foreign table.
    pub is_table: bool,
}

/// The server behind a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerState {
    /// System identifier, timeline and database: another one after a restore or a failover. `unknown` where the login
    /// may not ask.
    pub identity: String,
    /// Since when the counters count; none where they do not: on a standby, or switched off.
    pub counted_since: Option<String>,
    /// Whether every session has reported what it wrote: counters that stand still prove that nothing was written.
    pub is_settled: bool,
    /// How long the longest writing transaction has been open.
    pub longest_transaction_seconds: i64,
}

/// Reads who the server is. Outside a transaction, before the snapshot: what is counted was committed before it.
pub(super) async fn read_server(connection: &mut PgConnection) -> Result<ServerState, sqlx::Error> {
    let row = sqlx::query(include_str!("sql/server_state.sql")).fetch_one(&mut *connection).await?;
    let database: i64 = row.get("database_oid");
    let control: String = match row.get("is_control_readable") {
        true => sqlx::query_scalar(include_str!("sql/server_identity.sql")).fetch_one(connection).await?,
        false => "unknown".to_owned(),
    };
    let is_counting = row.get("is_counting") && !row.get::<bool, _>("is_standby");
    Ok(ServerState {
        identity: format!("{control} database {database}"),
        counted_since: is_counting.then(|| row.get("counted_since")),
        is_settled: row.get("is_quiet"),
        longest_transaction_seconds: row.get("longest_transaction_seconds"),
    })
}

/// Reads what was written to each of the tables.
pub(super) async fn read_tables(
    connection: &mut PgConnection,
    relations: &[Relation],
) -> Result<Vec<TableState>, sqlx::Error> {
    let (schemas, names): (Vec<&str>, Vec<&str>) = relations.iter().map(|r| (&*r.schema, &*r.name)).unzip();
    let rows = sqlx::query(include_str!("sql/table_state.sql")).bind(schemas).bind(names).fetch_all(connection).await?;
    let written = |row: &sqlx::postgres::PgRow| -> Option<[i64; 3]> { Some([row.get(6), row.get(7), row.get(8)]) };
    let state = |row: &sqlx::postgres::PgRow| TableState {
        schema: row.get(0),
        name: row.get(1),
        root: (row.get(2), row.get(3)),
        oid: row.get(4),
        file: row.get(5),
        written: row.get::<Option<i64>, _>(6).and_then(|_| written(row)),
        is_table: row.get(9),
    };
    Ok(rows.iter().map(state).collect())
}
