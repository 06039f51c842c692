//! The operational schema is the published one.

use std::collections::BTreeSet;

use crate::support::cluster::operational_database;

/// `table.column type` for every column the design page names.
const PUBLISHED: &str = include_str!("operational-columns.txt");

#[tokio::test]
async fn the_operational_schema_has_the_published_columns_and_types() {
    let mut connection = operational_database().await.connect().await;
    let columns: Vec<String> =
        sqlx::query_scalar(include_str!("columns.sql")).fetch_all(&mut connection).await.expect("a catalog query");
    let published: BTreeSet<&str> = PUBLISHED.lines().filter(|line| !line.starts_with('#')).collect();
    let columns: BTreeSet<&str> = columns.iter().map(String::as_str).collect();
    let missing: Vec<_> = published.difference(&columns).collect();
    let unknown: Vec<_> = columns.difference(&published).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing: {missing:#?}\nunknown: {unknown:#?}");
}
