//! What a command left in the analytics database.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgConnection};

/// Row count and checksum of every table of the star, the cubes and the published numbers, by name.
#[derive(Debug, PartialEq, Eq)]
pub struct Footprint(pub BTreeMap<String, (i64, String)>);

impl Footprint {
    /// Reads all tables; none before the migrations.
    pub async fn read(connection: &mut PgConnection) -> Footprint {
        let tables: Vec<String> = sqlx::query_scalar(
            "select format('%I.%I', table_schema, table_name) from information_schema.tables \
             where table_schema in ('star', 'cube', 'metric') and table_type = 'BASE TABLE' order by 1",
        )
        .fetch_all(&mut *connection)
        .await
        .expect("the catalog answers");
        let mut rows = BTreeMap::new();
        for table in tables {
            let sum = format!(
                "select count(*), coalesce(md5(string_agg(t::text, '' order by t::text)), '') from {table} as t"
            );
            let found = sqlx::query_as(AssertSqlSafe(sum)).fetch_one(&mut *connection).await.expect("a table");
            rows.insert(table, found);
        }
        Footprint(rows)
    }

    /// Rows of a table.
    pub fn count(&self, table: &str) -> i64 {
        self.0.get(table).unwrap_or_else(|| panic!("no table {table}")).0
    }
}

/// Runs that claim to be worked on and messages of any state: nothing may be left of a command that failed.
pub async fn open_work(connection: &mut PgConnection) -> (i64, i64) {
    let is_migrated: bool = sqlx::query_scalar("select to_regclass('vesper.run') is not null")
        .fetch_one(&mut *connection)
        .await
        .expect("the catalog answers");
    if !is_migrated {
        return (0, 0);
    }
    sqlx::query_as(
        "select (select count(*) from vesper.run where state = 'running'), (select count(*) from vesper.message)",
    )
    .fetch_one(&mut *connection)
    .await
    .expect("the ledger answers")
}
