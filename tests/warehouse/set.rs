//! More sets that this project did not write, each read by a folder of SELECTs, against figures that other tools computed.

use std::path::{Path, PathBuf};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use vesper::base::Grain;
use vesper::metric::{Slice, Snapshot, Table, Which, Window, load_snapshot};

use super::Feed;
use super::northwind::{assert_close, expect};
use crate::support::cluster::{TestDatabase, empty_database, warehouse_database};

/// The folder of public data sets beside the checkout, when it holds the set; the project ships none of them.
pub fn shared(set: &str) -> Option<PathBuf> {
    let named = std::env::var_os("VESPER_SHARED").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"));
    let found = folder.join("data").join(set).exists();
    if !found {
        eprintln!("{set} is not at {}: set VESPER_SHARED to run this against it", folder.display());
    }
    found.then_some(folder)
}

pub fn oracle_of(shared: &Path, set: &str) -> Value {
    let path = shared.join(format!("data/oracles/{set}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the oracle")).expect("json")
}

/// The exact ratio of a cell.
pub fn exact(table: &Table, row: usize, name: &str) -> f64 {
    let figure = table.cell(row, name).and_then(|cell| cell.figure()).expect("a figure");
    figure.numerator as f64 / figure.denominator as f64
}

/// A column of texts beside one of figures, these divided by `scale`.
pub fn column(table: &Table, label: &str, figure: &str, scale: f64) -> Vec<(String, f64)> {
    let text = |row| table.cell(row, label).and_then(|cell| cell.text()).expect("a text").to_owned();
    (0..table.rows.len()).map(|row| (text(row), exact(table, row, figure) / scale)).collect()
}

/// Rows for a table of a source database, with the statement that takes them.
pub struct Copied {
    pub statement: String,
    pub rows: String,
}

/// A source database made by statements and rows, loaded and published for a date; with it and the warehouse.
pub async fn publish(statements: &str, copied: &[Copied], folder: &str, date: &str) -> (Snapshot, [TestDatabase; 2]) {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let mut operational: PgConnection = source.connect().await;
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut operational).await.expect("the set loads");
    for Copied { statement, rows } in copied {
        let mut copy = operational.copy_in_raw(statement).await.expect("a copy");
        copy.send(rows.as_bytes()).await.expect("rows");
        copy.finish().await.expect("the rows are in");
    }
    operational.close().await.expect("closes");
    let folder = format!("tests/cases/{folder}/source");
    let mut feed = Feed::new(warehouse.connect().await, &source.url(), &folder).await;
    let night = feed.night(date).await;
    assert!(
        night.load.counts.iter().all(|c| c.quarantined == 0 && c.read == c.loaded),
        "every row is one of the contract"
    );
    let date = Which::AsOf(date.parse().expect("a date"));
    let snapshot = load_snapshot(&mut feed.warehouse, &feed.spec.tenant, date).await.expect("readable");
    (snapshot.expect("published"), [source, warehouse])
}

/// The months of a daily series, divided by `scale`.
pub fn months(snapshot: &Snapshot, metric: &str, scale: f64) -> Vec<(String, f64)> {
    let series = &snapshot.series[metric];
    let last = series.start_date + chrono::Days::new(series.values.len() as u64);
    let days = vesper::base::Period { from: series.start_date, until: last };
    days.buckets(Grain::Month).into_iter().map(|m| (Grain::Month.label(m.from), series.sum(m) as f64 / scale)).collect()
}

#[tokio::test]
async fn chinook_gives_the_figures_that_other_tools_computed() {
    let Some(shared) = shared("chinook") else { return };
    let script = std::fs::read_to_string(shared.join("data/chinook/Chinook_PostgreSql.sql")).expect("the set");
    // The script makes a database of its own before its tables.
    let tables = script.split_once("\\c chinook;").expect("the tables").1;
    let (snapshot, _databases) = publish(tables, &[], "chinook", "2025-12-31").await;
    let oracle = oracle_of(&shared, "chinook");
    let totals = &oracle["metrics"]["totals"]["value"];
    let figure = |metric: &str| snapshot.figure(metric, &Slice::of(Window::All)).expect("published").numerator as f64;
    for (ours, theirs) in [("orders", "invoices"), ("active_customers", "customers"), ("new_customers", "customers")] {
        assert_eq!(figure(ours), totals[theirs].as_f64().expect("a number"), "{ours}");
    }
    let revenue = totals["revenue"].as_f64().expect("an amount");
    assert!((figure("revenue") / 100.0 - revenue).abs() <= 0.005, "revenue");

    let theirs = expect(&oracle, "revenue_by_month", "period", "revenue");
    assert_close("revenue by month", months(&snapshot, "revenue", 100.0), theirs.clone(), 0.005);
    let orders = expect(&oracle, "revenue_by_month", "period", "invoices");
    assert_close("orders by month", months(&snapshot, "orders", 1.0), orders, 0.0);
    let table = snapshot.table("revenue_months", Window::All).expect("published");
    assert_eq!(table.rows.len(), 36);
    let recent = |list: Vec<(String, f64)>| list.into_iter().filter(|(month, _)| month.as_str() >= "2023-01").collect();
    assert_close("the last 36 months", column(table, "month", "revenue", 100.0), recent(theirs), 0.005);

    let reps = snapshot.table("rep_performance", Window::All).expect("published");
    let by_rep = |name: &str| expect(&oracle, "rep_performance", "rep", name);
    assert_close("revenue by rep", column(reps, "sales_rep", "revenue", 100.0), by_rep("revenue"), 0.005);
    assert_close("customers by rep", column(reps, "sales_rep", "active_customers", 1.0), by_rep("customers"), 0.0);
    let categories = snapshot.table("product_categories", Window::All).expect("published");
    let lines: f64 = column(categories, "category", "revenue", 100.0).iter().map(|(_, amount)| amount).sum();
    assert!((lines - revenue).abs() <= 0.005, "the lines sum to the invoices");
    let absent = ["mrr_bridge", "win_rate_by_size", "quota_attainment", "activity"];
    let points = ["mrr", "win_rate", "interactions", "total_deals"];
    assert!(points.iter().all(|name| snapshot.figure(name, &Slice::of(Window::All)).is_none()), "nor is it zero");
    assert!(absent.iter().all(|name| snapshot.table(name, Window::All).is_none()), "what the source lacks is absent");
}

#[tokio::test]
async fn cdnow_gives_the_cohorts_that_other_tools_computed() {
    let Some(shared) = shared("cdnow") else { return };
    let text = std::fs::read_to_string(shared.join("data/cdnow/CDNOW_master.txt")).expect("the set");
    let lines = text.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>()).filter(|l| l.len() == 4);
    let rows: String = lines.map(|l| l.join(",") + "\n").collect();
    let schema = "create table master (
        line bigint generated always as identity, customer_id text, order_date date, cds int, amount numeric)";
    let statement = "copy master (customer_id, order_date, cds, amount) from stdin (format csv)".to_owned();
    let (snapshot, _databases) = publish(schema, &[Copied { statement, rows }], "cdnow", "1998-06-30").await;
    let oracle = oracle_of(&shared, "cdnow");
    let by_month = |number: &str| expect(&oracle, "master_by_month", "period", number);
    assert_close("revenue by month", months(&snapshot, "revenue", 100.0), by_month("revenue"), 0.005);
    assert_close("orders by month", months(&snapshot, "orders", 1.0), by_month("orders"), 0.0);

    let table = snapshot.table("cohort_month", Window::All).expect("published");
    let name = |cohort: &str, k: i64| format!("{cohort} +{k}");
    let ours = (0..table.rows.len()).filter_map(|row| {
        let cohort = table.cell(row, "cohort")?.text()?;
        Some((name(cohort, exact(table, row, "k") as i64), exact(table, row, "active")))
    });
    let theirs = oracle["metrics"]["master_cohort_monthly"]["value"].as_array().expect("a list").iter().map(|row| {
        let cohort = name(row["cohort"].as_str().expect("a month"), row["k"].as_i64().expect("months"));
        (cohort, row["n"].as_f64().expect("customers"))
    });
    assert_close("monthly cohorts", ours.collect(), theirs.collect(), 0.0);
}

#[tokio::test]
async fn the_season_of_the_air_passengers_is_the_classical_one() {
    let Some(shared) = shared("timeseries") else { return };
    let text = std::fs::read_to_string(shared.join("data/timeseries/air_passengers.csv")).expect("the series");
    let rows: String = text.lines().skip(1).map(|line| line.replacen(',', "-01,", 1) + "\n").collect();
    let schema = "create table passenger (month date, passengers numeric)";
    let (snapshot, _databases) = publish(
        schema,
        &[Copied { statement: "copy passenger from stdin (format csv)".to_owned(), rows }],
        "air_passengers",
        "2012-12-31",
    )
    .await;
    let oracle = oracle_of(&shared, "air_passengers");
    let theirs = &oracle["R"]["seasonal_indices_classical_multiplicative"];
    let table = snapshot.table("seasonality", Window::All).expect("published");
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    for (row, month) in names.iter().enumerate() {
        let (ours, theirs) = (exact(table, row, "index"), theirs[*month].as_f64().expect("an index"));
        assert!((ours - theirs).abs() <= 0.0001, "{month}: {ours} against {theirs}");
    }
}
