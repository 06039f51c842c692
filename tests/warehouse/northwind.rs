//! A set this project did not write, read by SQL alone, against figures computed by other tools.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::{Connection, PgConnection, Row};
use vesper::base::Grain;
use vesper::metric::{Cell, Snapshot, Table, Which, Window, load_snapshot};

use super::Feed;
use super::set::{column, exact, oracle_of, shared};
use crate::support::cluster::{empty_database, warehouse_database};

/// The star's figures as text, for a query that gives a label and a number.
async fn figures(connection: &mut PgConnection, query: &'static str) -> Vec<(String, f64)> {
    let rows = sqlx::query(query).fetch_all(connection).await.expect("the star answers");
    rows.iter().map(|r| (r.get(0), r.get::<String, _>(1).parse().expect("a number"))).collect()
}

pub fn expect(oracle: &Value, metric: &str, label: &str, number: &str) -> Vec<(String, f64)> {
    let list = oracle["metrics"][metric]["value"].as_array().expect("a list");
    let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    list.iter().map(|row| (text(&row[label]), row[number].as_f64().expect("a number"))).collect()
}

pub fn assert_close(name: &str, mut ours: Vec<(String, f64)>, mut theirs: Vec<(String, f64)>, tolerance: f64) {
    ours.sort_by(|a, b| a.0.cmp(&b.0));
    theirs.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(!theirs.is_empty(), "{name}: the oracle holds figures");
    assert_eq!(ours.len(), theirs.len(), "{name}: as many rows");
    for ((label, our), (expected, their)) in ours.iter().zip(&theirs) {
        assert_eq!(label, expected, "{name}");
        assert!((our - their).abs() <= tolerance + 1e-9, "{name} {label}: {our} against {their}");
    }
}

/// RFM by five groups of equal size and cohorts by quarter, cell by cell.
fn compare_tables(snapshot: &Snapshot, oracle: &Value) {
    let rfm = snapshot.table("rfm", Window::All).expect("published");
    let number =
        |table: &Table, row: usize, name: &str| table.cell(row, name).and_then(Cell::figure).map(|f| f.numerator);
    let ours: BTreeMap<[i64; 3], i64> = (0..rfm.rows.len())
        .map(|row| {
            let score = ["recency", "frequency", "value"].map(|name| number(rfm, row, name).expect("a score"));
            (score, number(rfm, row, "customers").expect("a count"))
        })
        .collect();
    let mut theirs: BTreeMap<[i64; 3], i64> = BTreeMap::new();
    for row in oracle["metrics"]["rfm_ntile5"]["value"].as_array().expect("a list") {
        *theirs.entry(["R", "F", "M"].map(|name| row[name].as_i64().expect("a score"))).or_default() += 1;
    }
    assert_eq!(ours, theirs, "customers by RFM cell");

    let cohorts = snapshot.table("cohort_quarter", Window::All).expect("published");
    let told: BTreeMap<(String, i64), i64> = (0..cohorts.rows.len())
        .filter_map(|row| {
            let cohort = cohorts.cell(row, "cohort")?.text()?.replace('-', "");
            Some(((cohort, number(cohorts, row, "k")?), number(cohorts, row, "active")?))
        })
        .filter(|(_, active)| *active > 0)
        .collect();
    let list = oracle["metrics"]["cohort_quarterly"]["value"].as_array().expect("a list");
    // The second quarter of 1998 is not over on May 6: nothing is told of it.
    let is_over = |cohort: &str, k: i64| {
        let (year, quarter) = cohort.split_once('Q').expect("a quarter");
        let at = |text: &str| text.parse::<i64>().expect("a number");
        at(year) * 4 + at(quarter) - 1 + k < 1998 * 4 + 1
    };
    let theirs: BTreeMap<(String, i64), i64> = list
        .iter()
        .map(|r| {
            ((r["cohort"].as_str().expect("text").to_owned(), r["k"].as_i64().expect("k")), r["n"].as_i64().expect("n"))
        })
        .filter(|((cohort, k), _)| is_over(cohort, *k))
        .collect();
    assert!(told == theirs && told.len() > 20, "{told:?}\n{theirs:?}");
}

#[tokio::test]
async fn northwind_gives_the_figures_that_other_tools_computed() {
    let Some(shared) = shared("northwind") else { return };
    let source = empty_database().await;
    let script = std::fs::read_to_string(shared.join("data/northwind/northwind.sql")).expect("the set");
    let mut operational = source.connect().await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(&mut operational).await.expect("the set loads");
    operational.close().await.expect("closes");
    let oracle = oracle_of(&shared, "northwind");

    let warehouse = warehouse_database().await;
    let mut feed = Feed::new(warehouse.connect().await, &source.url(), "tests/cases/northwind/source").await;
    let night = feed.night("1998-05-06").await;
    let count = |entity: &str| night.load.counts.iter().find(|c| c.entity == entity).expect("an entity").clone();
    assert_eq!((count("order").loaded, count("order_line").loaded, count("customer").loaded), (830, 2155, 91));
    assert!(night.load.counts.iter().all(|c| c.quarantined == 0 && c.read == c.loaded));

    let star = &mut feed.warehouse;
    let totals = &oracle["metrics"]["totals"]["value"];
    let row = sqlx::query(
        "select count(*)::float8, (select count(*) from star.fact_order_line)::float8, sum(amount)::float8, (sum(amount) / count(*))::float8,
            count(distinct customer_id)::float8, (select sum(quantity * unit_price) from star.fact_order_line)::float8,
            count(*) filter (where fulfilled_at is null)::float8
         from star.fact_order",
    );
    let row = row.fetch_one(&mut *star).await.expect("totals");
    for (i, name) in ["orders", "lines", "net", "aov", "customers", "gross", "unshipped"].iter().enumerate() {
        let (ours, theirs) = (row.get::<f64, _>(i), totals[*name].as_f64().expect("a number"));
        assert!((ours - theirs).abs() <= 0.005, "{name}: {ours} against {theirs}");
    }
    let by_month = figures(star, "select d.month_label, sum(o.amount)::text from star.fact_order as o join star.dim_date as d on d.date = o.order_date group by 1").await;
    assert_close("revenue by month", by_month, expect(&oracle, "revenue_by_month", "period", "revenue"), 0.005);
    let orders = figures(star, "select d.month_label, count(*)::text from star.fact_order as o join star.dim_date as d on d.date = o.order_date group by 1").await;
    assert_close("orders by month", orders, expect(&oracle, "revenue_by_month", "period", "orders"), 0.0);
    let by_week = figures(star, "select d.iso_week_label, sum(l.amount)::text from star.fact_order_line as l join star.dim_date as d on d.date = l.order_date group by 1").await;
    assert_close("revenue by ISO week", by_week, expect(&oracle, "revenue_by_iso_week", "period", "revenue"), 0.005);
    let by_rep = figures(star, "select r.name, sum(o.amount)::text from star.fact_order as o join star.dim_sales_rep as r using (sales_rep_key) group by 1").await;
    assert_close("revenue by employee", by_rep, expect(&oracle, "rep_performance", "name", "revenue"), 0.005);
    let by_country = figures(star, "select co.country, sum(o.amount)::text from star.fact_order as o join star.dim_customer as c using (customer_key) join star.dim_company as co on co.company_key = c.company_key group by 1").await;
    assert_close("revenue by country", by_country, expect(&oracle, "revenue_by_country", "country", "net"), 0.005);
    let by_rep = figures(star, "select r.name, count(*)::text from star.fact_order as o join star.dim_sales_rep as r using (sales_rep_key) group by 1").await;
    assert_close("orders by employee", by_rep, expect(&oracle, "rep_performance", "name", "orders"), 0.0);
    let by_rep = figures(star, "select r.name, count(distinct c.customer_id)::text from star.fact_order as o join star.dim_sales_rep as r using (sales_rep_key) join star.dim_customer as c using (customer_key) group by 1").await;
    assert_close("customers by employee", by_rep, expect(&oracle, "rep_performance", "name", "customers"), 0.0);
    let territories = figures(star, "select r.sales_rep_id, count(*)::text from star.dim_territory as t join star.dim_sales_rep as r using (sales_rep_key) where r.tenant_key > 0 group by 1").await;
    assert_close("territories", territories, expect(&oracle, "territory_coverage", "employee_id", "territories"), 0.0);
    for (number, measure) in [("rec", "date '1998-05-06' - max(order_date)"), ("f", "count(*)"), ("m", "sum(amount)")] {
        let statement = format!(
            "select c.customer_id, ({measure})::text from star.fact_order as o join star.dim_customer as c using (customer_key) group by 1"
        );
        let rows = sqlx::query_as::<_, (String, String)>(sqlx::AssertSqlSafe(statement)).fetch_all(&mut *star).await;
        let rows = rows.expect("the star answers").into_iter();
        let ours = rows.map(|(customer, text)| (customer, text.parse().expect("a number"))).collect();
        assert_close(number, ours, expect(&oracle, "rfm_raw", "customer_id", number), 0.005);
    }

    let snapshot = load_snapshot(star, "northwind", Which::AsOf("1998-05-06".parse().expect("a date")))
        .await
        .expect("readable")
        .expect("published");
    assert_eq!(snapshot.header.revenue_mode, "orders", "what counted as revenue is published with the numbers");
    let new_customers = &snapshot.series["new_customers"];
    for (month, expected) in expect(&oracle, "revenue_by_month", "period", "new_customers") {
        let from = format!("{month}-01").parse().expect("a date");
        assert_eq!(new_customers.sum(Grain::Month.bucket(from)), expected as i64, "new customers of {month}");
    }
    let value = &snapshot.series["order_value"];
    for (month, expected) in expect(&oracle, "revenue_by_month", "period", "revenue") {
        let cents = value.sum(Grain::Month.bucket(format!("{month}-01").parse().expect("a date")));
        // Days are rounded to cents once; a month is the sum of at most 31 of them.
        assert!(
            (cents as f64 / 100.0 - expected).abs() <= 0.005 * 31.0,
            "order value of {month}: {cents} cents against {expected}"
        );
    }

    compare_tables(&snapshot, &oracle);
    let top = snapshot.table("top_customers", Window::All).expect("published");
    let ten = |list: Vec<(String, f64)>| list.into_iter().take(10).collect();
    let theirs = expect(&oracle, "top10_customers", "customer_id", "revenue");
    assert_close("revenue of the best", ten(column(top, "customer_id", "revenue", 100.0)), theirs, 0.005);
    let theirs = expect(&oracle, "top10_customers", "customer_id", "orders");
    assert_close("orders of the best", ten(column(top, "customer_id", "purchases", 1.0)), theirs, 0.0);
    let concentration = snapshot.table("concentration", Window::All).expect("published");
    let theirs = oracle["metrics"]["pareto_top20pct_share"]["value"].as_f64().expect("a share");
    assert!((100.0 * exact(concentration, 3, "share") - theirs).abs() <= 0.0001, "the best 20 % of the customers");
    let fulfilment = snapshot.table("fulfilment", Window::All).expect("published");
    let theirs = oracle["metrics"]["ship_delay"]["value"]["avg_days"].as_f64().expect("days");
    assert!((exact(fulfilment, 0, "mean") - theirs).abs() <= 0.0001, "days from order to shipment");

    let again = feed.night("1998-05-06").await;
    assert!(!again.load.has_changed() && again.cube.rows_written == 0 && !again.published.is_new);
}
