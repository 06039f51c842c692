//! Every statement of the tree is one that a server accepts.

use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, PgConnection, SqlSafeStr};

use crate::support::cluster::{empty_database, migrate, operational_database, warehouse_database};

/// Files of this repository under `folder` that end in `.sql`.
fn sql_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "sql") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Schemas hold many statements; a first line `-- not prepared: why` excuses any other file.
fn is_prepared(path: &Path, text: &str) -> bool {
    let is_schema = path.file_name().is_some_and(|name| name.to_string_lossy().contains("schema"));
    !is_schema && !text.lines().next().is_some_and(|line| line.starts_with("-- not prepared: "))
}

/// Prepares every file; gives each refusal with its file.
async fn refusals(connection: &mut PgConnection, files: &[PathBuf]) -> Vec<String> {
    let mut refusals = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(path).expect("a readable file");
        if !is_prepared(path, &text) {
            continue;
        }
        let prepared = sqlx::Executor::prepare(&mut *connection, AssertSqlSafe(text).into_sql_str()).await;
        if let Err(error) = prepared {
            refusals.push(format!("{}: {error}", path.display()));
        }
    }
    refusals
}

#[tokio::test]
async fn migrations_apply_to_an_empty_database_and_again_to_their_result() {
    let database = empty_database().await;
    migrate(&database.url()).await;
    migrate(&database.url()).await;
}

#[tokio::test]
async fn every_statement_on_the_warehouse_is_accepted_by_it() {
    let files: Vec<PathBuf> = sql_files("src").into_iter().filter(|path| !of_the_source(path)).collect();
    let mut connection = warehouse_database().await.connect().await;
    let refusals = refusals(&mut connection, &files).await;
    assert!(refusals.is_empty(), "{refusals:#?}");
}

#[tokio::test]
async fn every_statement_on_the_operational_schema_is_accepted_by_it() {
    let mut files: Vec<PathBuf> = sql_files("src").into_iter().filter(|path| of_the_source(path)).collect();
    files.extend(sql_files("jobs/source/promenade"));
    let mut connection = operational_database().await.connect().await;
    let refusals = refusals(&mut connection, &files).await;
    assert!(refusals.is_empty(), "{refusals:#?}");
    assert!(files.iter().any(|path| path.ends_with("src/demo/business/counts.sql")));
}

#[tokio::test]
async fn the_tables_under_every_metric_are_there() {
    let mut connection = warehouse_database().await.connect().await;
    for lineage in vesper::metric::catalog::LINEAGE {
        let star = lineage.star.iter().map(|table| format!("star.{table}"));
        for table in star.chain([format!("cube.{}", lineage.cube)]) {
            let found = sqlx::query_scalar::<_, bool>("select to_regclass($1) is not null");
            assert!(found.bind(&table).fetch_one(&mut connection).await.expect("a look"), "{table}");
        }
    }
}

/// A figure is read from as many columns as its kind takes, so a column too many would shift every one after it.
#[tokio::test]
async fn the_statement_of_a_table_gives_the_columns_that_the_table_declares() {
    let mut connection = warehouse_database().await.connect().await;
    for table in vesper::metric::all_tables() {
        let Some((sql, expected)) = table.statement() else { continue };
        let prepared = sqlx::Executor::prepare(&mut connection, AssertSqlSafe(sql).into_sql_str()).await;
        let prepared = prepared.unwrap_or_else(|e| panic!("{}: {e}", table.name));
        let types: Vec<String> =
            sqlx::Statement::columns(&prepared).iter().map(|c| sqlx::Column::type_info(c).to_string()).collect();
        assert_eq!(types, expected, "{}", table.name);
    }
}

#[tokio::test]
async fn every_table_view_and_column_says_what_it_holds() {
    let mut connection = warehouse_database().await.connect().await;
    let silent: Vec<String> =
        sqlx::query_scalar(include_str!("silent.sql")).fetch_all(&mut connection).await.expect("names");
    assert!(silent.is_empty(), "{} without a comment: {silent:#?}", silent.len());
}

#[tokio::test]
async fn a_statement_that_names_a_missing_column_would_be_refused() {
    let file = tempfile::Builder::new().suffix(".sql").tempfile().expect("a temporary file");
    std::fs::write(file.path(), "select no_such_column from customer_deals").expect("a temporary file");
    let mut connection = operational_database().await.connect().await;
    let refusals = refusals(&mut connection, &[file.path().to_owned()]).await;
    assert_eq!(refusals.len(), 1);
}

/// The demo's statements run on the operational database.
fn of_the_source(path: &Path) -> bool {
    path.starts_with(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/demo"))
}
