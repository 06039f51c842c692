//! TPC-H at scale factor 0.1: a hundred and fifty thousand orders from a generator, against figures of other tools.

use std::collections::BTreeMap;
use std::process::Command;

use sqlx::AssertSqlSafe;
use vesper::metric::{Cell, Slice, Window};

use super::northwind::{assert_close, expect};
use super::set::{Copied, column, exact, months, oracle_of, publish, shared};

const SCHEMA: &str = "
    create table customer (c_custkey int primary key, c_name text, c_address text, c_nationkey int, c_phone text, c_acctbal numeric, c_mktsegment text, c_comment text);
    create table orders (o_orderkey bigint primary key, o_custkey int, o_orderstatus char(1), o_totalprice numeric, o_orderdate date, o_orderpriority text, o_clerk text, o_shippriority int, o_comment text)";

/// What the generator writes, ready for COPY; none where it is not installed.
fn generated(table: &'static str) -> Option<Copied> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let generator = std::env::var("TPCHGEN").unwrap_or_else(|_| "tpchgen-cli".to_owned());
    let mut command = Command::new(&generator);
    command.args(["-s", "0.1", "--tables", table, "--output-dir"]).arg(folder.path());
    let Ok(done) = command.output() else {
        eprintln!("{generator} is not installed (pip install tpchgen-cli): TPC-H is not compared");
        return None;
    };
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let text = std::fs::read_to_string(folder.path().join(format!("{table}.tbl"))).expect("the table");
    let rows = text.lines().map(|line| line.trim_end_matches('|').to_owned() + "\n").collect();
    Some(Copied { statement: format!("copy {table} from stdin (delimiter '|')"), rows })
}

#[tokio::test]
async fn tpch_gives_the_figures_that_other_tools_computed() {
    let Some(shared) = shared("tpch") else { return };
    let (Some(customers), Some(orders)) = (generated("customer"), generated("orders")) else { return };
    let (snapshot, databases) = publish(SCHEMA, &[customers, orders], "tpch", "1998-08-02").await;
    let oracle = oracle_of(&shared, "tpch_sf0_1");
    let value = |metric: &str| oracle["metrics"][metric]["value"].clone();
    let figure = |metric: &str| snapshot.figure(metric, &Slice::of(Window::All)).expect("published").numerator;
    let counts = value("counts");
    for (ours, theirs) in [("orders", "orders"), ("total_customers", "customers"), ("active_customers", "buyers")] {
        assert_eq!(figure(ours), counts[theirs].as_i64().expect("a count"), "{ours}");
    }
    let by_month = |number: &str| expect(&oracle, "revenue_by_month", "period", number);
    assert_close("revenue by month", months(&snapshot, "revenue", 100.0), by_month("revenue"), 0.01);
    assert_close("orders by month", months(&snapshot, "orders", 1.0), by_month("orders"), 0.0);
    assert_close("new customers", months(&snapshot, "new_customers", 1.0), by_month("new_customers"), 0.0);

    let reps = snapshot.table("rep_performance", Window::All).expect("published");
    let mut clerks = column(reps, "sales_rep", "revenue", 100.0);
    assert_eq!(clerks.len() as i64, counts["clerks"].as_i64().expect("a count"));
    clerks.sort_by(|a, b| b.1.total_cmp(&a.1));
    clerks.truncate(10);
    assert_close("the best clerks", clerks, expect(&oracle, "top10_clerks", "o_clerk", "revenue"), 0.01);

    let rfm = snapshot.table("rfm", Window::All).expect("published");
    let cells: BTreeMap<[i64; 3], i64> = (0..rfm.rows.len())
        .map(|row| {
            let score = ["recency", "frequency", "value"].map(|name| exact(rfm, row, name) as i64);
            (score, exact(rfm, row, "customers") as i64)
        })
        .collect();
    let checksum: i64 = cells.iter().map(|([r, f, m], count)| (r * 100 + f * 10 + m) * count).sum();
    let told = |name: &str| value("rfm_555_111")[name].as_i64().expect("a count");
    assert_eq!(
        (cells[&[5, 5, 5]], cells[&[1, 1, 1]], checksum),
        (told("n555"), told("n111"), told("checksum")),
        "customers by RFM cell"
    );

    let cohorts = snapshot.table("cohort_year", Window::All).expect("published");
    let name = |cohort: i64, k: i64| format!("{cohort} +{k}");
    let ours: Vec<(String, f64)> = (0..cohorts.rows.len())
        .map(|row| {
            let cohort = cohorts.cell(row, "cohort").and_then(Cell::text).expect("a year").parse().expect("a number");
            (name(cohort, exact(cohorts, row, "k") as i64), exact(cohorts, row, "active"))
        })
        .filter(|(_, active)| *active > 0.0)
        .collect();
    let rows = value("cohort_yearly");
    let number = |row: &serde_json::Value, name: &str| row[name].as_i64().expect("a number");
    // The year 1998 is not over on August 2: nothing is told of it.
    let told = rows.as_array().expect("a list").iter().filter(|r| number(r, "cohort") + number(r, "k") < 1998);
    let theirs = told.map(|r| (name(number(r, "cohort"), number(r, "k")), number(r, "n") as f64)).collect();
    assert_close("yearly cohorts", ours, theirs, 0.0);

    let by_market = "select c.attributes ->> 'market', sum(o.amount)::text
        from star.fact_order as o join star.dim_customer as c using (customer_key) group by 1";
    let rows = sqlx::query_as::<_, (String, String)>(AssertSqlSafe(by_market));
    let rows = rows.fetch_all(&mut databases[1].connect().await).await.expect("the star answers");
    let ours = rows.into_iter().map(|(market, sum)| (market, sum.parse().expect("a number"))).collect();
    assert_close("by market segment", ours, expect(&oracle, "revenue_by_segment", "c_mktsegment", "revenue"), 0.01);
}
