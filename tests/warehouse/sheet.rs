//! Reference data by CSV goes the way of rows that come from a query, and a broken file changes nothing.

use sqlx::AssertSqlSafe;
use vesper::base::{Remedied, Remedy};
use vesper::load::EntityCount;
use vesper::source::contract::find;
use vesper::source::{Sheet, SheetPlace};

use super::case::{SOURCE, read};
use super::oracle::rows_of;
use super::{Feed, night_of};
use crate::support::cluster::{empty_database, warehouse_database};

const HEADER: &str = "sales_rep;start_date;until_date;amount_cents;currency\n";

fn counts(count: &EntityCount) -> [i64; 5] {
    [count.read, count.loaded, count.unchanged, count.quarantined, count.deleted]
}

#[tokio::test]
async fn rows_of_a_csv_file_are_merged_counted_and_set_aside_as_those_of_a_query() {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let rows = "insert into sales_rep (sales_rep_id, email) values ('r', 'rosa@x.example')";
    let schema = sqlx::raw_sql(AssertSqlSafe(read("schema.sql") + rows)).execute(&mut source.connect().await).await;
    schema.expect("a rep");
    let mut feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("quota.csv");
    let write = |rows: &str| std::fs::write(&path, format!("{HEADER}{rows}")).expect("a file");
    feed.spec.queries.retain(|query| query.entity.name != "quota");
    let entity = find("quota").expect("an entity");
    feed.spec.sheets.push(Sheet { entity, file: "quota.csv".into(), place: SheetPlace::Disk(path.clone()) });
    let quota = |feed: &vesper::load::LoadReport| {
        counts(feed.counts.iter().find(|c| c.entity == "quota").expect("quotas are read"))
    };

    write(
        "r;2025-01-01;2025-02-01;100;EUR\nROSA@x.example;2025-02-01;2025-03-01;200;USD\nnobody;2025-01-01;2025-02-01;1;USD\n",
    );
    let night = feed.night("2025-01-29").await;
    assert_eq!(quota(&night.load), [3, 2, 0, 1, 0]);
    let again = feed.night("2025-01-29").await;
    assert_eq!(quota(&again.load), [3, 0, 2, 1, 0], "the second run changes nothing");

    write("r;2025-01-01;2025-02-01;150;EUR\n");
    let night = feed.night("2025-01-30").await;
    assert_eq!(quota(&night.load), [1, 1, 0, 0, 1], "a row of the file that is gone is a deletion");

    let before = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    write("r;2025-01-01;2025-02-01;one hundred;EUR\n");
    let refused = feed.load(&night_of("2025-01-31")).await.expect_err("no number");
    assert_eq!(refused.remedy(), Remedy::FixConfig);
    let told = vesper::base::Told::of(&refused);
    let problems: Vec<String> = told.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["quota.csv:2:25: amount_cents is `one hundred`, expected a whole number, such as 125000"]);
    let after = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    assert!(before == after, "nothing was written");
}
