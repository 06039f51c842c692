//! Metrics of a deployment's own, from their files to the snapshot.

use std::fs;

use sqlx::{AssertSqlSafe, Connection};
use url::Url;
use vesper::base::Folder;
use vesper::base::pg::Database;
use vesper::base::{Remedied, Remedy};
use vesper::metric::kpi::{check_queries, read_kpis};
use vesper::metric::{Compare, Kpis, MetricError, Slice, Snapshot, Unit, Which, Window, load_snapshot};

use super::case::{SOURCE, read};
use super::{Feed, night_of};
use crate::support::cluster::{TestDatabase, empty_database, warehouse_database};

const ROWS: &str = "
    insert into customer (customer_id, status, tier) values ('a', 'customer', 'pro'), ('b', 'customer', 'free');
    insert into deal (deal_id, customer_id, stage, value_cents, created_at, actual_close_date) values
        ('d1', 'a', 'closed_won', 30000, '2024-12-30', '2025-01-09'), ('d2', 'a', 'closed_won', 10000, '2024-12-31', '2025-01-20'),
        ('d3', 'b', 'closed_lost', 5000, '2024-12-31', '2025-01-20'), ('d4', 'b', 'lead', 7000, '2025-01-05', null);";

const EXPRESSION: &str =
    "label = \"Velocity\"\ndefinition = \"d\"\nexpression = \"avg_deal_value / avg_days_to_close\"\n";
const NET: &str = "label = \"Net\"\ndefinition = \"d\"\nexpression = \"deals_won - deals_lost\"\n";
const SHARE: &str = "label = \"Share\"\ndefinition = \"d\"\nunit = \"percent\"\nexpression = \"big_deals[tier = pro] / big_deals[tier = free]\"\n";

fn query(sql: &str) -> String {
    format!(
        "label = \"Big\"\ndefinition = \"d\"\nunit = \"count\"\nby = [\"tier\"]\nwindows = [\"month\"]\nsql = \"\"\"\n{sql}\n\"\"\"\n"
    )
}

const BIG_DEALS: &str = "select c.tier as member, count(*) as numerator from star.fact_deal as d
    join star.dim_customer as c on c.customer_key = d.customer_key
    where d.tenant_key = :tenant_key and d.created_date <= :business_date and d.actual_close_date >= :from
        and d.actual_close_date < :until group by c.tier";

fn kpis(files: &[(&str, &str)]) -> Kpis {
    let dir = tempfile::tempdir().expect("a directory");
    fs::create_dir_all(dir.path().join("metrics")).expect("a folder");
    for (name, text) in files {
        fs::write(dir.path().join("metrics").join(format!("{name}.toml")), text).expect("a file");
    }
    read_kpis(&Folder::open(dir.path()).expect("a folder")).unwrap_or_else(|e| panic!("{e}"))
}

/// A login that may read the star of this warehouse, with a statement of what else it gets.
async fn login(warehouse: &TestDatabase, name: &str, more: &str) -> Database {
    let mut owner = warehouse.connect().await;
    let sql = format!(
        "create role {name} login password 'kpi'; grant usage on schema star to {name}; grant select on all tables in schema star to {name}; {}",
        more.replace("$login", name)
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut owner).await.expect("a role");
    owner.close().await.ok();
    let mut url = Url::parse(&warehouse.tcp_url()).expect("a URL");
    url.set_username(name).expect("a user");
    url.set_password(Some("kpi")).expect("a password");
    Database::parse("VESPER_KPI_URL", url.as_str()).expect("a URL")
}

async fn business() -> (Feed, TestDatabase, TestDatabase) {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let rows = AssertSqlSafe(read("schema.sql") + ROWS);
    sqlx::raw_sql(rows).execute(&mut source.connect().await).await.expect("the source's rows");
    let feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
    (feed, source, warehouse)
}

async fn current(feed: &mut Feed) -> Snapshot {
    load_snapshot(&mut feed.warehouse, "main", Which::Current).await.expect("readable").expect("published")
}

#[tokio::test]
async fn metrics_of_a_deployments_own_are_published_with_their_definitions() {
    let (mut feed, _source, warehouse) = business().await;
    let big = query(BIG_DEALS);
    feed.kpis = kpis(&[("velocity", EXPRESSION), ("net_deals", NET), ("big_deals", &big), ("share", SHARE)]);
    feed.kpis.login = Some(login(&warehouse, "kpi_reader", "").await);
    assert!(check_queries(&feed.kpis).await.is_empty());
    let first = feed.night("2025-01-31").await.published;
    let snapshot = current(&mut feed).await;
    let value = |metric: &str, slice: Slice, unit| snapshot.figure(metric, &slice).map(|f| f.value(unit));
    let month = Slice::of(Window::Month);
    // 400.00 over two deals, 10 and 20 days: 200.00 / 15.
    assert_eq!(value("velocity", month.clone(), Unit::Money), Some(Some(1_333.0)));
    assert_eq!(value("velocity", month.clone().compared(Compare::Previous), Unit::Money), Some(None));
    assert_eq!(value("net_deals", month.clone(), Unit::Count), Some(Some(1.0)));
    let won_and_lost: i64 = snapshot.series["net_deals"].values.iter().sum();
    assert_eq!(won_and_lost, 1, "days sum to the window");
    assert_eq!(value("big_deals", month.clone().at("tier", "pro"), Unit::Count), Some(Some(2.0)));
    assert_eq!(value("share", month, Unit::Percent), Some(Some(200.0)));
    assert_eq!(value("big_deals", Slice::of(Window::Year), Unit::Count), None, "asked for the month alone");
    let known = snapshot.catalog.find("velocity").expect("its definition is kept");
    assert_eq!((known.versioned().as_str(), known.unit, known.label), ("velocity@1", Unit::Money, "Velocity"));
    assert_eq!(snapshot.catalog, feed.kpis.catalog(), "the set is kept in its order");

    // The same night again is the same snapshot; an edited definition is another.
    let night = night_of("2025-01-31");
    assert!(!feed.publish(1, &night).await.expect("publishes").is_new);
    feed.kpis = kpis(&[("velocity", &EXPRESSION.replace("\"d\"", "\"another\""))]);
    let edited = feed.publish(1, &night).await.expect("publishes");
    assert!(edited.is_new && edited.snapshot_id > first.snapshot_id);
    assert_eq!(current(&mut feed).await.catalog.find("velocity").map(|m| m.definition), Some("another"));
}

#[tokio::test]
async fn a_query_that_fails_or_may_too_much_publishes_nothing() {
    let (mut feed, _source, warehouse) = business().await;
    let first = feed.night("2025-01-31").await.published;
    let night = night_of("2025-01-31");
    let reader = login(&warehouse, "kpi_poor", "").await;
    let writer = login(&warehouse, "kpi_writer", "grant insert on star.fact_deal to $login").await;
    let member = login(&warehouse, "kpi_member", "grant pg_read_all_data to $login").await;
    let write =
        "with gone as (delete from star.fact_deal returning 1) select 'x' as member, count(*) as numerator from gone";
    let cases = [
        (BIG_DEALS, None, "there is no login for it"),
        (BIG_DEALS, Some(&writer), "may write to tables of the warehouse"),
        (BIG_DEALS, Some(&member), "is a member of another role"),
        ("select 'x' as member, 1 as numerator from vesper.run", Some(&reader), "permission denied"),
        (write, Some(&reader), "data-modifying"),
        ("select 'x' as member, 1 as numeratr", Some(&reader), "numerator"),
        (
            "select n::text as member, n as numerator from generate_series(1, 20000) as n",
            Some(&reader),
            "more than 10000 rows",
        ),
        ("select 'x' as member, 'much' as numerator", Some(&reader), "no number"),
    ];
    for (sql, login, expected) in cases {
        feed.kpis = kpis(&[("big_deals", &query(sql))]);
        feed.kpis.login = login.cloned();
        let held = feed.publish(1, &night).await.expect_err(sql);
        let MetricError::Kpi(error) = &held else { panic!("{sql}: {held}") };
        let told = format!("{error} {:?}", std::error::Error::source(error));
        assert!(told.contains(expected), "{sql}: {told}");
        assert_eq!((held.remedy(), held.hint().is_some()), (Remedy::FixConfig, true), "{told}");
        assert_eq!(current(&mut feed).await.header.snapshot_id, first.snapshot_id, "the last one stays");
    }
    feed.kpis = kpis(&[("big_deals", &query("select 'x' as member, 1 as numeratr"))]);
    feed.kpis.login = Some(reader);
    assert_eq!(check_queries(&feed.kpis).await.len(), 1, "a check finds it before a night does");
}
