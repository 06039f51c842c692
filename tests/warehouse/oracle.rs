//! A generated business, counted twice: by Vesper through source, star, cubes and formulas, and by plain SQL on the
//! operational rows (`tests/cases/oracle`), written from the definitions alone. Every published figure is compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{Datelike, Days, NaiveDate};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use vesper::base::Grain;
use vesper::cube::{refresh_cubes, touch_all};
use vesper::demo::{BusinessSpec, create_business, live_day};
use vesper::metric::catalog::find;
use vesper::metric::{Compare, Kpis, Slice, Snapshot, Which, Window, load_snapshot, publish};

use super::explain::explanations_that_differ;
use super::{Feed, night_of};
use crate::support::cluster::{TestDatabase, operational_database, warehouse_database};

const CASES: &str = "tests/cases/oracle";

/// A business with its oracle beside it, and the warehouse that is fed from it.
struct Business {
    spec: BusinessSpec,
    operational: PgConnection,
    feed: Feed,
    _databases: [TestDatabase; 2],
}

impl Business {
    /// History up to the day before the nights to be lived; the oracle knows the rates and sees the stages.
    async fn create(spec: BusinessSpec) -> Business {
        let (source, warehouse) = (operational_database().await, warehouse_database().await);
        let mut operational = source.connect().await;
        create_business(&mut operational, &spec).await.expect("a business");
        let setup = sqlx::raw_sql(AssertSqlSafe(read("setup.sql"))).execute(&mut operational).await;
        setup.expect("the oracle's schema");
        for line in rates().lines().filter(|l| !l.starts_with(['#', 'c'])) {
            let [currency, from, rate] = line.split(',').collect::<Vec<_>>()[..] else { panic!("{line}") };
            let insert = sqlx::query("insert into oracle.fx_rate values ($1, $2::date, $3::numeric)");
            let done = insert.bind(currency).bind(from).bind(rate).execute(&mut operational).await;
            done.expect("a rate");
        }
        let feed = Feed::new(warehouse.connect().await, &source.url(), "jobs/source/promenade").await;
        let mut business = Business { spec, operational, feed, _databases: [source, warehouse] };
        business.evening(business.first_date()).await;
        business
    }

    /// The last day of the history.
    fn first_date(&self) -> NaiveDate {
        self.spec.end_date() - Days::new(1)
    }

    /// Lives a day.
    async fn live(&mut self, date: NaiveDate) {
        let lived = live_day(&mut self.operational, &self.spec, date).await.expect("a day");
        assert!(!lived.was_lived, "{date} is new");
        self.evening(date).await;
    }

    /// What a nightly reader can know after a day: the stages deals are in, the rows that are gone.
    async fn evening(&mut self, date: NaiveDate) {
        let seen = "insert into oracle.seen_stage select id, stage::text, $1 from customer_deals";
        sqlx::query(seen).bind(date).execute(&mut self.operational).await.expect("stages");
        for table in ["gone_customer", "gone_deal", "gone_interaction", "gone_order", "gone_subscription"] {
            let date_them = format!("update oracle.{table} set gone_date = $1 where gone_date is null");
            let done = sqlx::query(AssertSqlSafe(date_them)).bind(date).execute(&mut self.operational).await;
            done.expect("gone rows");
        }
        let paid = "insert into oracle.seen_mrr select $1, s.customer, sum(s.cents) from oracle.subscription as s
             where s.paid_from < oracle.midnight($1 + 1) and coalesce(s.paid_until >= oracle.midnight($1 + 1), true) group by s.customer";
        let told = "insert into oracle.told_subscription select s.* from oracle.subscription as s
             where not exists (select from oracle.seen_mrr where night < $1)";
        for statement in [paid, told] {
            sqlx::query(statement).bind(date).execute(&mut self.operational).await.expect("what is paid");
        }
    }

    async fn snapshot(&mut self, date: NaiveDate) -> Snapshot {
        let snapshot = load_snapshot(&mut self.feed.warehouse, "main", Which::AsOf(date)).await;
        snapshot.expect("readable").expect("published")
    }

    /// Compares everything published for `date`; past stocks only while nothing but the rows' own stamps is known.
    async fn compare(&mut self, date: NaiveDate) {
        let is_first = date == self.first_date();
        let snapshot = self.snapshot(date).await;
        let mut problems = Vec::new();
        problems.extend(self.compare_points(&snapshot, is_first).await);
        problems.extend(self.compare_series(&snapshot).await);
        problems.extend(self.compare_documents(&snapshot, is_first).await);
        assert!(problems.is_empty(), "{date}: {} differ\n{}", problems.len(), problems.join("\n"));
    }

    async fn compare_points(&mut self, snapshot: &Snapshot, is_first: bool) -> Vec<String> {
        let (mut problems, mut told) = (Vec::new(), BTreeSet::new());
        for (file, query) in queries("point") {
            let rows = sqlx::query(AssertSqlSafe(format!(
                "select metric, win, cmp, dim, member, value::float8, slack::float8 from ({query}) as q"
            )));
            let rows = rows.bind(snapshot.header.business_date).bind(is_first).fetch_all(&mut self.operational).await;
            let rows = rows.unwrap_or_else(|e| panic!("{file}: {e}"));
            assert!(!rows.is_empty(), "{file} says something");
            for row in rows {
                let metric: String = row.get("metric");
                let slice = slice_of(&row);
                let (theirs, slack): (Option<f64>, f64) = (row.get("value"), row.get("slack"));
                let unit = find(&metric).expect("a metric of the catalog").unit;
                let ours = snapshot.figure(&metric, &slice).map(|f| f.value(unit));
                if !ours.is_some_and(|ours| is_close(ours, theirs, slack)) {
                    problems.push(format!("{file} {metric} {slice:?}: published {ours:?}, counted {theirs:?}"));
                }
                told.insert((metric, slice));
            }
        }
        // What the oracle does not speak of must be nothing.
        for (metric, figures) in &snapshot.points {
            assert!(told.iter().any(|(m, _)| m == metric), "{metric} has an oracle");
            let unit = find(metric).expect("a metric of the catalog").unit;
            for (slice, figure) in figures.iter().filter(|(s, _)| is_first || is_of_now(s)) {
                let ours = figure.value(unit).unwrap_or(0.0);
                if ours != 0.0 && !told.contains(&(metric.clone(), slice.clone())) {
                    problems.push(format!("{metric} {slice:?}: published {ours}, the oracle knows of nothing"));
                }
            }
        }
        problems
    }

    async fn compare_series(&mut self, snapshot: &Snapshot) -> Vec<String> {
        let mut ours: BTreeMap<(String, String, String), i64> = BTreeMap::new();
        for (metric, series) in &snapshot.series {
            for (day, value) in series.start_date.iter_days().zip(&series.values) {
                for grain in [Grain::Day, Grain::Week, Grain::Month, Grain::Quarter] {
                    *ours.entry((metric.clone(), grain.name().to_owned(), grain.label(day))).or_default() += value;
                }
            }
        }
        let query =
            format!("select metric, grain, label, value::float8, slack::float8 from ({}) as q", read("series.sql"));
        let rows = sqlx::query(AssertSqlSafe(query)).bind(snapshot.header.business_date);
        let rows = rows.fetch_all(&mut self.operational).await.expect("series.sql");
        let mut problems = Vec::new();
        let mut metrics = BTreeSet::new();
        for row in rows {
            let key: (String, String, String) = (row.get(0), row.get(1), row.get(2));
            metrics.insert(key.0.clone());
            let (theirs, slack): (f64, f64) = (row.get(3), row.get(4));
            let published = ours.remove(&key);
            if !is_close(published.map(|v| v as f64), Some(theirs), slack) {
                problems.push(format!("series {key:?}: published {published:?}, counted {theirs}"));
            }
        }
        assert_eq!(metrics, snapshot.series.keys().cloned().collect(), "every series has an oracle");
        let unknown = ours.into_iter().filter(|(_, value)| *value != 0);
        problems.extend(unknown.map(|(key, value)| format!("series {key:?}: published {value}, counted nothing")));
        problems
    }

    async fn compare_documents(&mut self, snapshot: &Snapshot, is_first: bool) -> Vec<String> {
        let (mut problems, mut routes) = (Vec::new(), BTreeSet::new());
        for (file, query) in queries("document").into_iter().filter(|(f, _)| is_first || f != "lifecycle.sql") {
            let query = format!("select route, pointer, value from ({query}) as q (route, pointer, value)");
            let rows = sqlx::query(AssertSqlSafe(query)).bind(snapshot.header.business_date);
            let rows = rows.fetch_all(&mut self.operational).await.unwrap_or_else(|e| panic!("{file}: {e}"));
            for row in rows {
                let (route, pointer, theirs): (String, String, Option<String>) = (row.get(0), row.get(1), row.get(2));
                let document = &snapshot.documents[&route];
                // An amount that is undefined is null as a whole.
                let ours = document.pointer(&pointer).or_else(|| document.pointer(pointer.strip_suffix("/cents")?));
                let is_equal = match (ours, &theirs) {
                    (Some(Value::Null), None) => true,
                    (Some(Value::String(ours)), Some(theirs)) => ours == theirs,
                    (Some(Value::Number(ours)), Some(theirs)) => {
                        is_close(ours.as_f64(), Some(theirs.parse().expect("a number")), 0.0)
                    }
                    _ => false,
                };
                if !is_equal {
                    problems.push(format!("{file} {route} {pointer}: published {ours:?}, counted {theirs:?}"));
                }
                routes.insert(route);
            }
        }
        if is_first {
            assert_eq!(routes, snapshot.documents.keys().cloned().collect(), "every document has an oracle");
        }
        problems
    }

    /// Versions and visits without gap or overlap, balanced loads.
    async fn check_integrity(&mut self, date: NaiveDate) {
        let broken = sqlx::query_scalar::<_, String>(AssertSqlSafe(read("integrity.sql")));
        let broken = broken.fetch_all(&mut self.feed.warehouse).await.expect("integrity.sql");
        assert!(broken.is_empty(), "{date}:\n{}", broken.join("\n"));
    }

    /// The cubes as kept night by night against the cubes built from nothing, and the snapshots of both.
    async fn compare_with_rebuilt_cubes(&mut self, tenant_key: i32, date: NaiveDate) {
        let mut tx = self.feed.warehouse.begin().await.expect("a transaction");
        let kept = rows_of(&mut tx, "cube").await;
        touch_all(&mut tx, tenant_key).await.expect("every day is touched");
        refresh_cubes(&mut tx, tenant_key).await.expect("the cubes refresh");
        let rebuilt = rows_of(&mut tx, "cube").await;
        for (table, rows) in &kept {
            assert!(date > self.spec.end_date() || !rows.is_empty(), "{table} has rows");
            let (kept, rebuilt): (BTreeSet<_>, BTreeSet<_>) = (rows.iter().collect(), rebuilt[table].iter().collect());
            let (stale, missing): (Vec<_>, Vec<_>) =
                (kept.difference(&rebuilt).collect(), rebuilt.difference(&kept).collect());
            assert!(
                stale.is_empty() && missing.is_empty(),
                "{date} {table}: kept alone {stale:#?}, rebuilt alone {missing:#?}"
            );
        }
        let again = publish(&mut tx, tenant_key, &night_of(&date.to_string()), &Kpis::default())
            .await
            .expect("the identities hold");
        assert!(!again.is_new, "{date}: rebuilt cubes give the same snapshot");
        // The nights to come go on with the cubes as they were kept.
        tx.rollback().await.expect("rolls back");
    }
}

fn is_of_now(slice: &Slice) -> bool {
    let is_tier = slice.member.as_ref().is_some_and(|(dimension, _)| dimension == "tier");
    slice.window == Window::All && slice.compare.is_none() && !is_tier
}

fn is_close(ours: Option<f64>, theirs: Option<f64>, slack: f64) -> bool {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() <= slack + 1e-6,
        (None, None) => true,
        _ => false,
    }
}

fn slice_of(row: &sqlx::postgres::PgRow) -> Slice {
    let slice = Slice::of(Window::parse(row.get("win")).expect("a window"));
    let slice = match row.get::<Option<String>, _>("cmp").as_deref() {
        Some("previous") => slice.compared(Compare::Previous),
        Some("year") => slice.compared(Compare::Year),
        _ => slice,
    };
    match row.get::<Option<String>, _>("dim") {
        Some(dimension) => slice.at(&dimension, row.get("member")),
        None => slice,
    }
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(CASES).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn rates() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("jobs/source/promenade/fx_rate.csv");
    std::fs::read_to_string(path).expect("the rates")
}

fn queries(folder: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(CASES).join(folder);
    let mut files: Vec<String> = std::fs::read_dir(path)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"))
        .collect();
    files.sort();
    files.into_iter().map(|file| (file.clone(), read(&format!("{folder}/{file}")))).collect()
}

/// Every row of every table of a schema, as text, in order.
pub async fn rows_of(connection: &mut PgConnection, schema: &str) -> BTreeMap<String, Vec<String>> {
    let tables = sqlx::query_scalar::<_, String>("select tablename::text from pg_tables where schemaname = $1");
    let tables = tables.bind(schema).fetch_all(&mut *connection).await.expect("the tables");
    let mut rows = BTreeMap::new();
    for table in tables {
        let query = format!("select t::text from {schema}.{table} as t order by 1");
        let found = sqlx::query_scalar::<_, String>(AssertSqlSafe(query)).fetch_all(&mut *connection).await;
        rows.insert(table, found.expect("the rows"));
    }
    assert!(!rows.is_empty(), "{schema} has tables");
    rows
}

#[tokio::test]
async fn every_published_figure_is_what_plain_sql_counts_in_the_operational_rows() {
    let today = NaiveDate::from_ymd_opt(2025, 2, 24).expect("a date");
    let spec = BusinessSpec { seed: 7, today, customers: 400, months: 20, nights: 0 };
    let mut business = Business::create(spec).await;
    let date = business.first_date();
    let report = business.feed.night(&date.to_string()).await;
    assert!(report.load.counts.iter().all(|c| c.quarantined == 0), "the demo keeps the contract");
    business.check_integrity(date).await;
    business.compare(date).await;
    let snapshot = business.snapshot(date).await;
    let differing = explanations_that_differ(&mut business.feed.warehouse, &snapshot, report.load.tenant_key).await;
    assert!(differing.is_empty(), "{} differ\n{}", differing.len(), differing.join("\n"));

    let (star, cube) =
        (rows_of(&mut business.feed.warehouse, "star").await, rows_of(&mut business.feed.warehouse, "cube").await);
    let again = business.feed.night(&date.to_string()).await;
    assert!(!again.load.has_changed() && again.cube.rows_written == 0, "a second run writes nothing");
    assert!(!again.published.is_new, "a second run publishes nothing");
    assert!(star == rows_of(&mut business.feed.warehouse, "star").await, "a second run changes no row of the star");
    assert!(cube == rows_of(&mut business.feed.warehouse, "cube").await, "a second run changes no row of the cubes");
}

#[tokio::test]
async fn night_after_night_the_figures_stay_those_of_the_operational_rows() {
    let today = NaiveDate::from_ymd_opt(2025, 3, 9).expect("a date");
    // Over a month's end and two weeks' ends, with rows corrected, hidden and deleted.
    let spec = BusinessSpec { seed: 11, today, customers: 400, months: 16, nights: 12 };
    let mut business = Business::create(spec).await;
    let first = business.first_date();
    let mut deleted = 0;
    for date in first.iter_days().take_while(|d| *d < today) {
        if date > first {
            business.live(date).await;
        }
        let report = business.feed.night(&date.to_string()).await;
        deleted += report.load.counts.iter().map(|c| c.deleted).sum::<i64>();
        business.check_integrity(date).await;
        business.compare(date).await;
        // A stale row stays stale, so a look now and then finds it.
        if date == today - Days::new(1) || date.day() % 5 == 0 {
            business.compare_with_rebuilt_cubes(report.load.tenant_key, date).await;
        }
    }
    assert!(deleted > 0, "some rows were deleted for good on the way");
}
