//! Loads that must not happen: too much vanished, or the source breaks in the middle. Nothing is half done.

use sqlx::{AssertSqlSafe, PgConnection};
use vesper::base::{Remedied, Remedy};
use vesper::load::LoadError;
use vesper::source::SourceSpec;

use super::case::{SOURCE, read};
use super::oracle::rows_of;
use super::{Feed, night_of};
use crate::support::cluster::{TestDatabase, empty_database, warehouse_database};

/// A source of a hundred customers with a deal each, loaded once.
async fn loaded_feed() -> (Feed, PgConnection, [TestDatabase; 2]) {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let mut operational = source.connect().await;
    let rows = "
        insert into customer (customer_id) select 'c' || n from generate_series(1, 100) as n;
        insert into deal (deal_id, customer_id, value_cents) select 'd' || n, 'c' || n, n from generate_series(1, 100) as n;";
    let done = sqlx::raw_sql(AssertSqlSafe(read("schema.sql") + rows)).execute(&mut operational).await;
    done.expect("a hundred customers");
    let mut feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
    feed.night("2025-01-30").await;
    (feed, operational, [source, warehouse])
}

/// The same source with another query for the deals.
fn with_deals(spec: &SourceSpec, sql: &str) -> SourceSpec {
    let mut spec = spec.clone();
    let query = spec.queries.iter_mut().find(|q| q.entity.name == "deal").expect("deals are read");
    query.sql = sql.to_owned();
    spec
}

#[tokio::test]
async fn a_night_in_which_a_third_of_the_rows_vanished_is_refused_and_writes_nothing() {
    let (mut feed, _operational, _databases) = loaded_feed().await;
    let before = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    let sound = feed.spec.clone();
    for table in ["deal", "customer"] {
        feed.spec = sound.clone();
        let query = feed.spec.queries.iter_mut().find(|q| q.entity.name == table).expect("it is read");
        query.sql = format!("select * from {table} where right({table}_id, 1) not in ('1', '2', '3')");
        let refused = feed.load(&night_of("2025-01-31")).await.expect_err("thirty rows are gone");
        let LoadError::Vanished { entity, vanished, live } = &refused else { panic!("{refused}") };
        assert_eq!((*entity, *vanished, *live), (table, 30, 100));
        assert_eq!(refused.remedy(), Remedy::FixData);
        assert!(refused.hint().is_some_and(|hint| hint.contains("vanish_share_max")));
        let after = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
        assert!(before == after, "{table}: nothing was written");
    }
    feed.spec = sound;
    let report = feed.night("2025-01-31").await;
    assert!(!report.load.has_changed(), "with the whole query there is nothing to do");
}

#[tokio::test]
async fn a_share_that_is_allowed_may_vanish() {
    let (mut feed, _operational, _databases) = loaded_feed().await;
    feed.spec = with_deals(&feed.spec, "select * from deal where right(deal_id, 1) <> '1'");
    feed.spec.vanish_share_max = 0.1;
    let report = feed.night("2025-01-31").await;
    let deals = report.load.counts.iter().find(|c| c.entity == "deal").expect("deals are read");
    assert_eq!((deals.read, deals.unchanged, deals.deleted), (90, 90, 10));
}

#[tokio::test]
async fn a_load_that_breaks_on_its_last_row_leaves_the_star_as_it_was_and_the_next_one_succeeds() {
    let (mut feed, mut operational, _databases) = loaded_feed().await;
    let done = sqlx::raw_sql("update customer set name = 'Another'; update deal set value_cents = 777")
        .execute(&mut operational);
    done.await.expect("everything changes");
    let before = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    let sound = feed.spec.clone();
    // Customers were staged already when the last deal divides by zero.
    feed.spec = with_deals(
        &sound,
        "select d.deal_id, d.customer_id, d.company_id, d.sales_rep_id, d.name, d.value_cents / case when row_number() over (order by d.deal_id) = 100 then 0 else 1 end as value_cents,
            d.currency, d.stage, d.probability, d.source, d.expected_close_date, d.actual_close_date, d.close_reason, d.created_at, d.updated_at, d.deleted_at
         from deal as d",
    );
    let failed = feed.load(&night_of("2025-01-31")).await.expect_err("the source divides by zero");
    assert!(matches!(failed, LoadError::Source(_)), "{failed}");
    let after = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    assert!(before == after, "nothing was written");

    feed.spec = sound;
    let report = feed.night("2025-01-31").await;
    let loaded = |entity| report.load.counts.iter().find(|c| c.entity == entity).expect("it is read").loaded;
    assert_eq!((loaded("customer"), loaded("deal")), (100, 100));
}

#[tokio::test]
async fn a_table_that_somebody_locks_ends_the_attempt_and_the_next_one_succeeds() {
    let (mut feed, mut operational, _databases) = loaded_feed().await;
    feed.spec.lock_timeout_seconds = 1;
    let before = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    let lock = sqlx::raw_sql("begin; update deal set value_cents = 777; lock table deal in access exclusive mode");
    lock.execute(&mut operational).await.expect("a lock");
    let failed = feed.load(&night_of("2025-01-31")).await.expect_err("the table is locked");
    assert_eq!(failed.remedy(), Remedy::RetryLater, "{failed:?}");
    assert!(failed.hint().is_some_and(|hint| hint.contains("lock_timeout_seconds")));
    let after = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    assert!(before == after, "nothing was written");
    sqlx::raw_sql("commit").execute(&mut operational).await.expect("the lock is gone");
    let report = feed.night("2025-01-31").await;
    assert_eq!(report.load.counts.iter().find(|c| c.entity == "deal").expect("it is read").loaded, 100);
}

#[tokio::test]
async fn a_source_that_dies_in_mid_copy_is_tried_again_and_nothing_is_lost() {
    let (mut feed, mut operational, databases) = loaded_feed().await;
    let change = sqlx::raw_sql("update customer set name = 'Another'; update deal set value_cents = 777");
    change.execute(&mut operational).await.expect("everything changes");
    let before = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    let sound = feed.spec.clone();
    // The session that copies is ended by its own query, half way through the deals.
    let all = "select d.*, row_number() over (order by d.deal_id) as n from deal as d";
    feed.spec = with_deals(
        &sound,
        &format!(
            "select d.deal_id, d.customer_id, d.value_cents + case when d.n = 50 and pg_terminate_backend(pg_backend_pid()) then 1 else 0 end as value_cents,
                d.currency, d.stage, d.actual_close_date, d.created_at from ({all}) as d"
        ),
    );
    let failed = feed.load(&night_of("2025-01-31")).await.expect_err("the source is gone");
    assert_eq!(failed.remedy(), Remedy::RetryLater, "{failed:?}");
    let after = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    assert!(before == after, "nothing was written");
    feed.spec = sound;
    let report = feed.night("2025-01-31").await;
    let loaded = |entity| report.load.counts.iter().find(|c| c.entity == entity).expect("it is read").loaded;
    assert_eq!((loaded("customer"), loaded("deal")), (100, 100));
    drop(databases);
}

#[tokio::test]
async fn a_cell_of_a_hundred_megabytes_is_loaded_like_any_other() {
    let (mut feed, mut operational, _databases) = loaded_feed().await;
    let change = sqlx::raw_sql("update deal set close_reason = repeat('x', 100000000) where deal_id = 'd1'");
    change.execute(&mut operational).await.expect("a large cell");
    feed.night("2025-01-31").await;
    let length: i32 = sqlx::query_scalar("select length(close_reason) from star.fact_deal where deal_id = 'd1'")
        .fetch_one(&mut feed.warehouse)
        .await
        .expect("the cell");
    assert_eq!(length, 100_000_000);
}

#[tokio::test]
async fn a_warehouse_whose_disk_is_full_keeps_what_it_had_and_the_next_attempt_loads_all() {
    let (mut feed, mut operational, _databases) = loaded_feed().await;
    let change = sqlx::raw_sql("update customer set name = 'Another'; update deal set value_cents = 777");
    change.execute(&mut operational).await.expect("everything changes");
    let before = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    // The server's own answer when a file cannot grow, at the fiftieth deal that is written.
    let full = "
        create function public.run_out() returns trigger language plpgsql as $$
        begin
            if new.deal_id = 'd50' then
                raise exception 'could not extend file \"base/5/16384\": No space left on device' using errcode = 'disk_full';
            end if;
            return new;
        end $$;
        create trigger run_out before insert or update on star.fact_deal for each row execute function public.run_out();";
    sqlx::raw_sql(full).execute(&mut feed.warehouse).await.expect("a full disk");
    let failed = feed.load(&night_of("2025-01-31")).await.expect_err("nothing more can be written");
    assert!(matches!(&failed, LoadError::Warehouse { action, .. } if action.contains("star.fact_deal")), "{failed}");
    assert_eq!(failed.remedy(), Remedy::RetryLater, "room may be made");
    assert!(failed.hint().is_some_and(|hint| hint.contains("room")), "{:?}", failed.hint());
    let after = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    assert!(before == after, "nothing was written");
    let room = sqlx::raw_sql("drop trigger run_out on star.fact_deal").execute(&mut feed.warehouse);
    room.await.expect("room");
    let report = feed.night("2025-01-31").await;
    let loaded = |entity| report.load.counts.iter().find(|c| c.entity == entity).expect("it is read").loaded;
    assert_eq!((loaded("customer"), loaded("deal")), (100, 100));
}

#[tokio::test]
async fn a_standby_that_cancels_the_read_is_asked_again_later_and_it_is_told_how_to_help_it() {
    let (mut feed, mut operational, _databases) = loaded_feed().await;
    // The standby's own answer when recovery needs what the snapshot still sees.
    let cancel = "
        create function cancel_read(n bigint) returns bigint language plpgsql as $$
        begin
            raise exception 'canceling statement due to conflict with recovery' using errcode = 'serialization_failure';
        end $$;
        update deal set value_cents = 777;";
    sqlx::raw_sql(cancel).execute(&mut operational).await.expect("a standby");
    let before = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    let sound = feed.spec.clone();
    feed.spec = with_deals(
        &sound,
        "select d.deal_id, d.customer_id, case when d.deal_id = 'd50' then cancel_read(d.value_cents) else d.value_cents end as value_cents,
            d.currency, d.stage, d.actual_close_date, d.created_at from deal as d",
    );
    let failed = feed.load(&night_of("2025-01-31")).await.expect_err("recovery goes first");
    assert_eq!(failed.remedy(), Remedy::RetryLater, "{failed:?}");
    assert!(failed.hint().is_some_and(|hint| hint.contains("hot_standby_feedback")), "{:?}", failed.hint());
    let after = [rows_of(&mut feed.warehouse, "star").await, rows_of(&mut feed.warehouse, "vesper").await];
    assert!(before == after, "nothing was written");
    feed.spec = sound;
    let report = feed.night("2025-01-31").await;
    assert_eq!(report.load.counts.iter().find(|c| c.entity == "deal").expect("it is read").loaded, 100);
}
