//! Both sides are balanced by currency and day: what cancels out in a sum is found.

use sqlx::{AssertSqlSafe, Connection};
use vesper::base::Told;

use super::case::{SOURCE, read};
use super::{Feed, night_of};
use crate::support::cluster::{empty_database, warehouse_database};

/// A fault of the star: it holds one deal a day late.
const FAULT: &str = "
    create function star.delay() returns trigger language plpgsql as $$ begin new.created_date := new.created_date + 1; return new; end $$;
    create trigger delay before insert or update on star.fact_deal for each row when (new.deal_id = 'a') execute function star.delay()";

#[tokio::test]
async fn an_amount_that_the_star_holds_on_another_day_holds_the_publish_and_both_days_are_named() {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let mut operational = source.connect().await;
    let rows = "
        insert into deal (deal_id, value_cents, created_at) values ('a', 12050, '2025-01-03'), ('b', 20000, '2025-01-04'), ('c', 500, '2025-01-05')";
    sqlx::raw_sql(AssertSqlSafe(read("schema.sql") + rows)).execute(&mut operational).await.expect("three deals");
    let mut feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
    sqlx::raw_sql(FAULT).execute(&mut feed.warehouse).await.expect("a fault of the star");
    let night = night_of("2025-01-20");
    let load = feed.load(&night).await.expect("the source fits the contract");
    let error = feed.publish(load.tenant_key, &night).await.expect_err("the sums agree, the days do not");
    let told = Told::of(&error).messages.join(": ");
    let days = "deal: amounts of source and star (USD 2025-01-03: the source has 12050 (rows: 1), the star 0 (rows: 0); \
                USD 2025-01-04: the source has 20000 (rows: 1), the star 32050 (rows: 2))";
    assert!(told.contains(days), "{told}");
    assert!(!told.contains("2025-01-05"), "{told}");

    // The fault is mended, and the row comes again.
    sqlx::raw_sql("drop trigger delay on star.fact_deal")
        .execute(&mut feed.warehouse)
        .await
        .expect("no fault any more");
    let changed = "update deal set value_cents = 12060 where deal_id = 'a'";
    sqlx::query(changed).execute(&mut operational).await.expect("a change");
    operational.close().await.expect("says goodbye");
    feed.night("2025-01-21").await;
    let counted =
        "select source_live || ' ' || source_amount || ' ' || star_amount || ' ' || coalesce(unequal, 'equal')
                   from vesper.load_count where entity = 'deal' order by load_count_id desc limit 1";
    let counted: String = sqlx::query_scalar(counted).fetch_one(&mut feed.warehouse).await.expect("a balance");
    assert_eq!(counted, "3 32560 32560 equal");
}
