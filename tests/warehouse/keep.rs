//! What is published when, how long it is kept, and what holds it.

use chrono::NaiveDate;
use sqlx::{AssertSqlSafe, Connection};
use vesper::cube::recompute_sample;
use vesper::metric::{MetricError, Which, Window, check_cubes, load_snapshot, publish_beside, published_days};

use super::case::{SOURCE, read};
use super::{Feed, night_of};
use crate::support::cluster::{TestDatabase, empty_database, warehouse_database};

async fn business() -> (Feed, TestDatabase, TestDatabase) {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let rows = "insert into customer (customer_id, status) values ('a', 'customer');
        insert into deal (deal_id, customer_id, stage, value_cents, actual_close_date) values ('d', 'a', 'closed_won', 500, '2025-01-20');";
    let rows = AssertSqlSafe(read("schema.sql") + rows);
    sqlx::raw_sql(rows).execute(&mut source.connect().await).await.expect("the source's rows");
    let feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
    (feed, source, warehouse)
}

#[tokio::test]
async fn days_are_kept_400_days_month_ends_for_ever_and_any_of_them_can_be_asked_for() {
    let (mut feed, _source, _warehouse) = business().await;
    feed.night("2025-01-30").await;
    for date in ["2025-01-31", "2025-02-27", "2025-02-28", "2025-03-01", "2026-04-04"] {
        feed.publish(1, &night_of(date)).await.expect("publishes");
    }
    let days = published_days(&mut feed.warehouse, "main").await.expect("readable");
    let days: Vec<String> = days.iter().map(|d| d.business_date.to_string()).collect();
    // 400 days before 2026-04-04 is 2025-02-28.
    assert_eq!(days, ["2026-04-04", "2025-03-01", "2025-02-28", "2025-01-31"]);
    for (date, is_there) in [("2025-01-31", true), ("2025-02-27", false)] {
        let date: NaiveDate = date.parse().expect("a date");
        let found = load_snapshot(&mut feed.warehouse, "main", Which::AsOf(date)).await.expect("readable");
        assert_eq!(found.map(|s| s.header.business_date), is_there.then_some(date));
    }
}

#[tokio::test]
async fn two_connections_publish_what_one_does_and_who_has_written_publishes_alone() {
    let (mut feed, _source, warehouse) = business().await;
    let first = feed.night("2025-01-31").await.published;
    let (pool, night) = (sqlx::PgPool::connect_lazy(&warehouse.url()).expect("a pool"), night_of("2025-01-31"));

    let mut tx = feed.warehouse.begin().await.expect("a transaction");
    let beside = publish_beside(&mut tx, &pool, 1, (&night, &feed.kpis)).await.expect("the identities hold");
    assert_eq!((beside.snapshot_id, beside.is_new, pool.size()), (first.snapshot_id, false, 1));
    tx.rollback().await.expect("rolls back");

    // What only this transaction has seen is published, so nobody who cannot see it was asked.
    let mut tx = feed.warehouse.begin().await.expect("a transaction");
    let priced = sqlx::query("update cube.deal_close_day set reason = 'price'").execute(&mut *tx).await;
    assert_eq!(priced.expect("a row").rows_affected(), 1);
    let alone = publish_beside(&mut tx, &pool, 1, (&night, &feed.kpis)).await.expect("the identities hold");
    assert!(alone.is_new);
    let snapshot = load_snapshot(&mut tx, "main", Which::Current).await.expect("readable").expect("published");
    let reasons = snapshot.table("close_reasons", Window::All).expect("a table");
    assert_eq!(reasons.cell(0, "reason").and_then(|cell| cell.text()), Some("price"));
}

#[tokio::test]
async fn every_cube_has_its_turn_and_a_row_that_the_star_does_not_give_holds_the_night() {
    let (mut feed, _source, _warehouse) = business().await;
    feed.night("2025-01-31").await;
    let mut turns = std::collections::BTreeSet::new();
    let first: NaiveDate = "2025-01-21".parse().expect("a date");
    for date in first.iter_days().take(60) {
        let sample = recompute_sample(&mut feed.warehouse, 1, date).await.expect("compares");
        assert_eq!(sample.stale, Vec::<String>::new(), "{}", sample.cube);
        turns.insert(sample.cube);
    }
    assert!(turns.contains("deal_flow_day") && turns.contains("customer_life") && turns.len() > 10, "{turns:?}");

    sqlx::raw_sql("update cube.deal_flow_day set deals = deals + 1 where event = 'won'; update cube.customer_life set won_deals = 7")
        .execute(&mut feed.warehouse)
        .await
        .expect("a bit flips");
    let mut held = Vec::new();
    for date in first.iter_days().take(60) {
        if let Err(MetricError::Identity { violations, .. }) = check_cubes(&mut feed.warehouse, 1, date).await {
            held.extend(violations);
        }
    }
    let life = held.iter().find(|v| v.identity.starts_with("cube.customer_life")).expect("the whole cube is compared");
    assert!(life.detail.contains("only kept: ") && life.detail.contains("only in the star: "), "{life:?}");
}
