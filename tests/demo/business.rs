//! The generated business: repeatable, believable, and consistent with itself.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use vesper::demo::{BusinessSpec, DemoError, create_business, live_day};

use crate::support::cluster::{TestDatabase, operational_database};

fn spec() -> BusinessSpec {
    BusinessSpec { customers: 120, nights: 30, ..BusinessSpec::of_today("2026-11-23".parse().expect("a date")) }
}

async fn business(spec: &BusinessSpec) -> (TestDatabase, PgConnection) {
    let database = operational_database().await;
    let mut connection = database.connect().await;
    create_business(&mut connection, spec).await.expect("an empty database");
    (database, connection)
}

async fn live_until_today(connection: &mut PgConnection, spec: &BusinessSpec) {
    let days = spec.end_date().iter_days().take_while(|date| *date < spec.today);
    for date in days {
        assert!(!live_day(connection, spec, date).await.expect("the next day").was_lived);
    }
}

/// A digest of every operational table, by name.
async fn digests(connection: &mut PgConnection) -> BTreeMap<String, String> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
    )
    .fetch_all(&mut *connection)
    .await
    .expect("a catalog query");
    let mut digests = BTreeMap::new();
    for table in tables {
        let digest = format!(
            "select count(*) || ':' || coalesce(md5(string_agg(t::text, '|' order by t.id)), '') from {table} t"
        );
        let digest: String =
            sqlx::query_scalar(AssertSqlSafe(digest)).fetch_one(&mut *connection).await.expect("a digest");
        digests.insert(table, digest);
    }
    digests
}

#[tokio::test]
async fn the_same_seed_gives_the_same_rows_and_the_same_days() {
    let (_, mut one) = business(&spec()).await;
    let (_, mut two) = business(&spec()).await;
    assert_eq!(digests(&mut one).await, digests(&mut two).await);
    live_until_today(&mut one, &spec()).await;
    live_until_today(&mut two, &spec()).await;
    assert_eq!(digests(&mut one).await, digests(&mut two).await);
}

#[tokio::test]
async fn another_seed_gives_other_rows() {
    let (_, mut one) = business(&spec()).await;
    let (_, mut two) = business(&BusinessSpec { seed: 2, ..spec() }).await;
    let (one, two) = (digests(&mut one).await, digests(&mut two).await);
    assert!(one.iter().all(|(table, digest)| two[table] != *digest), "{one:?} {two:?}");
}

#[tokio::test]
async fn a_business_that_is_there_is_left_alone_and_another_is_refused() {
    let (_, mut connection) = business(&spec()).await;
    let before = digests(&mut connection).await;
    let again = create_business(&mut connection, &spec()).await.expect("the same business");
    assert!(again.was_there);
    assert_eq!(again.customers, 120);
    let other = BusinessSpec { seed: 9, ..spec() };
    let refused = create_business(&mut connection, &other).await.expect_err("another business");
    assert!(matches!(refused, DemoError::AnotherBusiness { .. }));
    assert_eq!(digests(&mut connection).await, before);
}

#[tokio::test]
async fn a_lived_day_is_not_lived_again_and_none_is_left_out() {
    let (_, mut connection) = business(&spec()).await;
    let first = spec().end_date();
    let skipped = live_day(&mut connection, &spec(), first.succ_opt().expect("a date")).await;
    assert!(matches!(skipped, Err(DemoError::DayOutOfOrder { .. })));
    live_day(&mut connection, &spec(), first).await.expect("the next day");
    let before = digests(&mut connection).await;
    assert!(live_day(&mut connection, &spec(), first).await.expect("a past day").was_lived);
    let history = first.pred_opt().expect("a date");
    assert!(live_day(&mut connection, &spec(), history).await.expect("a past day").was_lived);
    assert_eq!(digests(&mut connection).await, before);
}

#[tokio::test]
async fn the_business_is_consistent_with_itself_before_and_after_the_lived_days() {
    let spec = BusinessSpec { customers: 450, ..spec() };
    let (_, mut connection) = business(&spec).await;
    assert_no_contradictions(&mut connection, &spec.end_date().to_string()).await;
    live_until_today(&mut connection, &spec).await;
    assert_no_contradictions(&mut connection, &spec.today.to_string()).await;
}

#[tokio::test]
async fn a_contradiction_would_be_found() {
    let (_, mut connection) = business(&spec()).await;
    let spoilt = "update order_lines set quantity = quantity + 1 where id = (select min(id) from order_lines)";
    sqlx::query(spoilt).execute(&mut connection).await.expect("a line");
    let late = "update customer_deals set updated_at = '2099-01-01' where id = (select min(id) from customer_deals)";
    sqlx::query(late).execute(&mut connection).await.expect("a deal");
    assert_eq!(contradictions(&mut connection, &spec().end_date().to_string()).await.len(), 2);
}

async fn assert_no_contradictions(connection: &mut PgConnection, end: &str) {
    let found = contradictions(connection, end).await;
    assert!(found.is_empty(), "{found:#?}");
}

/// Runs every query of `contradictions.sql`: each names rows that cannot be.
async fn contradictions(connection: &mut PgConnection, end: &str) -> Vec<String> {
    let mut found = Vec::new();
    for query in include_str!("contradictions.sql").split(";\n").filter(|query| query.contains("select")) {
        let query = query.replace(":end", &format!("'{end} 00:00:00+00'::timestamptz"));
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(query.clone()))
            .fetch_all(&mut *connection)
            .await
            .unwrap_or_else(|error| panic!("{query}: {error}"));
        if !rows.is_empty() {
            found.push(format!("{}: {}", query.trim().lines().next().unwrap_or_default(), rows.join(", ")));
        }
    }
    found
}

#[tokio::test]
async fn rows_are_hidden_and_deleted_within_thirty_lived_days() {
    let (_, mut connection) = business(&spec()).await;
    let ids = "select array_agg(id) from customer_interactions";
    let before: Vec<String> = sqlx::query_scalar(ids).fetch_one(&mut connection).await.expect("some");
    live_until_today(&mut connection, &spec()).await;
    let gone: i64 = sqlx::query_scalar(
        "select count(*) from unnest($1::text[]) k (id) where not exists (select from customer_interactions i where i.id = k.id)",
    )
    .bind(before)
    .fetch_one(&mut connection)
    .await
    .expect("a count");
    assert!(gone > 0);
    let late: i64 = sqlx::query_scalar(
        "select count(*) from customer_interactions where created_at > started_at + interval '20 hours'",
    )
    .fetch_one(&mut connection)
    .await
    .expect("a count");
    assert!(late > 0, "some interactions are entered late");
}

#[tokio::test]
async fn the_demo_looks_like_a_business_whatever_the_seed() {
    for seed in 1..=4 {
        let spec = BusinessSpec { seed, nights: 0, customers: 450, ..spec() };
        let (_, mut connection) = business(&spec).await;
        assert_looks(&mut connection, &spec).await;
        connection.close().await.expect("an idle connection closes");
    }
}

async fn assert_looks(connection: &mut PgConnection, spec: &BusinessSpec) {
    let shares: Vec<(String, f64)> = sqlx::query_as(
        "select status::text, count(*)::float8 / 450 from customer_customers group by status order by customer_customers.status",
    )
    .fetch_all(&mut *connection)
    .await
    .expect("shares");
    let expected = [("lead", 0.18..0.34), ("prospect", 0.12..0.26), ("customer", 0.42..0.60), ("churned", 0.02..0.09)];
    for ((status, share), (name, range)) in shares.iter().zip(expected) {
        assert_eq!(status, name);
        assert!(range.contains(share), "{status}: {share}");
    }
    let (deals, win_rate): (i64, f64) = sqlx::query_as(
        "select count(*), (count(*) filter (where stage = 'closed_won'))::float8
             / count(*) filter (where stage in ('closed_won', 'closed_lost'))
         from customer_deals",
    )
    .fetch_one(&mut *connection)
    .await
    .expect("deals");
    assert!((200..=520).contains(&deals), "{deals}");
    assert!((0.5..=0.7).contains(&win_rate), "{win_rate}");
    let years: Vec<f64> = sqlx::query_scalar(
        "select sum(value_cents)::float8 from customer_deals
         where stage = 'closed_won' and actual_close_date >= $1::date - interval '24 months'
         group by actual_close_date >= $1::date - interval '12 months'
         order by actual_close_date >= $1::date - interval '12 months'",
    )
    .bind(spec.today)
    .fetch_all(&mut *connection)
    .await
    .expect("two years");
    assert!(years[1] > years[0] * 1.1, "the business grows: {years:?}");
}
