//! `make bench NAME=metrics`: every metric of a large tenant computed and published, beside plain SQL on the star.
//!
//! One line a figure: `name | ours | baseline | ratio | goal | ok or short`; exit 1 when one falls short. Baseline: the statements
//! of `vesper explain` on the star, run one after the other, for the whole of one window. A snapshot holds every window, comparison and member.
//! `VESPER_BENCH_NO_BASELINE=1` leaves the baseline out, which is most of the time.

mod line;
mod machine;

use std::process::ExitCode;
use std::time::Instant;

use chrono::NaiveDate;
use line::Line;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use vesper::base::Night;
use vesper::base::pg::Database;
use vesper::cube::{recompute_sample, refresh_cubes, touch_all, vacuum_cubes};
use vesper::demo::{Cluster, ClusterOptions};
use vesper::metric::explain::explain;
use vesper::metric::{Kpis, Published, Slice, Which, Window, load_snapshot, publish_beside};

const TENANT: i32 = 1;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    println!("name | ours | baseline | ratio | goal | ok or short");
    let short = runtime.block_on(measure()).iter().filter(|line| !line.print()).count();
    if short == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn measure() -> Vec<Line> {
    let mut directory = tempfile::Builder::new();
    let everyone = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o755);
    let directory = directory.prefix("vesper-bench-").permissions(everyone).tempdir().expect("a temporary directory");
    let options = ClusterOptions { is_disposable: true, shared_mb: machine::shared_mb() };
    let cluster = Cluster::start(&directory.path().join("cluster"), options).await.expect("a cluster");
    cluster.create_database("warehouse").await.expect("a database");
    let warehouse = Database::parse("VESPER_WAREHOUSE_URL", &cluster.url("warehouse")).expect("a URL");
    let pool = warehouse.pool(4).await.expect("a pool");
    vesper::app::migrate(&warehouse).await.expect("every migration applies");
    let mut connection = cluster.connect("warehouse").await.expect("the warehouse answers");
    told(&mut connection, "star", include_str!("figures/star.sql")).await;
    let since = Instant::now();
    let mut tx = connection.begin().await.expect("a transaction");
    touch_all(&mut tx, TENANT).await.expect("every day is touched");
    refresh_cubes(&mut tx, TENANT).await.expect("the cubes are filled");
    tx.commit().await.expect("the cubes commit");
    told(&mut connection, "statistics", "vacuum analyze").await;
    eprintln!("cubes from nothing: {:.1} s", since.elapsed().as_secs_f64());

    let first = publish_seconds(&warehouse, "2026-11-24").await;
    let memory = memory_peak_mb();
    // Minutes of it: a try may leave the baseline out.
    let has_baseline = std::env::var_os("VESPER_BENCH_NO_BASELINE").is_none();
    let sql = if has_baseline { Some(plain_sql_seconds(&mut connection).await) } else { None };
    told(&mut connection, "a night", include_str!("figures/night.sql")).await;
    let since = Instant::now();
    let mut tx = connection.begin().await.expect("a transaction");
    let cubes = refresh_cubes(&mut tx, TENANT).await.expect("the cubes follow");
    tx.commit().await.expect("the cubes commit");
    vacuum_cubes(&pool, &cubes.replaced).await;
    let refresh = since.elapsed().as_secs_f64();
    let night = publish_seconds(&warehouse, "2026-11-25").await;
    let check = check_seconds(&mut connection).await;
    pool.close().await;
    connection.close().await.ok();
    cluster.stop().await.expect("the cluster stops");
    let seconds = |name, ours, baseline, goal| Line { name, ours, baseline, goal, unit: "s" };
    vec![
        seconds(
            "computed and published, 200 k customers, 1 M deals, 5 M interactions, fastest of 5",
            first,
            sql,
            Some(3.0),
        ),
        seconds("the same after a night of 1 %, fastest of 5", night, sql, Some(1.0)),
        Line { name: "peak memory", ours: memory, baseline: None, goal: Some(400.0), unit: "MB" },
        seconds("cubes of that night", refresh, None, None),
        seconds("a sample of the cubes recomputed, slowest of all", check, None, None),
    ]
}

async fn told(connection: &mut PgConnection, what: &str, sql: &'static str) {
    let since = Instant::now();
    sqlx::raw_sql(sql).execute(connection).await.unwrap_or_else(|e| panic!("{what}: {e}"));
    eprintln!("{what}: {:.1} s", since.elapsed().as_secs_f64());
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// Seconds from current cubes to the commit of the published snapshot: the fastest of as many tries, of which the last one stays.
///
/// A machine that is shared stands still now and then, for as long as a publish takes; each try computes and writes all of it, on
/// connections of its own that know no statement yet, as a night's are.
async fn publish_seconds(warehouse: &Database, of: &str) -> f64 {
    let night = Night { business_date: date(of), run_id: None, started_at: chrono::DateTime::UNIX_EPOCH };
    let mut fastest = f64::INFINITY;
    for nth in 1..=TRIES {
        let pool = warehouse.pool(4).await.expect("a pool");
        let mut connection = warehouse.connect().await.expect("the warehouse");
        let since = Instant::now();
        let mut tx = connection.begin().await.expect("a transaction");
        let published: Published =
            publish_beside(&mut tx, &pool, TENANT, (&night, &Kpis::default())).await.expect("the identities hold");
        assert!(published.is_new, "{of} is published anew");
        let ended = if nth < TRIES { tx.rollback().await } else { tx.commit().await };
        let seconds = since.elapsed().as_secs_f64();
        ended.expect("the publish ends");
        pool.close().await;
        eprintln!("{of}: {} points in {seconds:.2} s", published.point_count);
        fastest = fastest.min(seconds);
    }
    fastest
}

const TRIES: usize = 5;

/// Seconds that the statements of every metric take on the star, for the whole of `all`; each gives the published number.
async fn plain_sql_seconds(connection: &mut PgConnection) -> f64 {
    let snapshot = load_snapshot(connection, "main", Which::Current).await.expect("readable").expect("published");
    let mut seconds = 0.0;
    for metric in snapshot.catalog.iter() {
        let slice = Slice::of(Window::All);
        let Some(sql) = explain(&snapshot, &Kpis::default(), TENANT, metric, &slice).star_sql else { continue };
        let since = Instant::now();
        let row: (i64, Option<i64>) = sqlx::query_as(AssertSqlSafe(format!(
            "select numerator, denominator::bigint from ({}) as q",
            sql.trim_end_matches(';')
        )))
        .fetch_one(&mut *connection)
        .await
        .unwrap_or_else(|e| panic!("{}: {e}", metric.name));
        let took = since.elapsed().as_secs_f64();
        eprintln!("plain SQL, {}: {took:.2} s", metric.name);
        seconds += took;
        let published = snapshot.figure(metric.name, &slice).expect("published");
        assert_eq!(row.0, published.numerator, "{}: SQL and snapshot agree", metric.name);
    }
    seconds
}

/// Seconds of the slowest cube's sample.
async fn check_seconds(connection: &mut PgConnection) -> f64 {
    let mut slowest: f64 = 0.0;
    for night in date("2026-11-01").iter_days().take(20) {
        let since = Instant::now();
        let sample = recompute_sample(connection, TENANT, night).await.expect("compares");
        slowest = slowest.max(since.elapsed().as_secs_f64());
        eprintln!("{}: {:.2} s, {} rows differ", sample.cube, since.elapsed().as_secs_f64(), sample.stale.len());
    }
    slowest
}

/// The most memory this process ever held.
fn memory_peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(f64::NAN) / 1024.0
}
