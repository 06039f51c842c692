//! `make bench NAME=warehouse`: the load at the size the project promises, 5 M interactions and 1 M deals.
//!
//! One line a figure: `name | ours | baseline | ratio | goal | ok or short`; exit 1 when one falls short. Goals of time are
//! shares of a baseline of the same run: the facts of the first load, from the source's rows to the primary key, against
//! `psql COPY | psql COPY` of the same raw rows into logged tables plus theirs; the nights against the whole first load, which
//! makes versions of customers, visits of stages and the other keys besides. `VESPER_BENCH_INTERACTIONS=500000` measures a
//! smaller business (deals and customers shrink with it); peers from the package index are run where they are installed.

mod line;
mod machine;

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::oneshot;
use vesper::base::Night;
use vesper::base::pg::Database;
use vesper::cube::{refresh_cubes, touch_all, vacuum_cubes};
use vesper::demo::{Cluster, ClusterOptions, create_operational_schema};
use vesper::load::{LoadReport, load_source};
use vesper::source::SourceSpec;

use line::Line;

fn main() -> ExitCode {
    println!("name | ours | baseline | ratio | goal | ok or short");
    let interactions = std::env::var("VESPER_BENCH_INTERACTIONS").ok();
    let interactions = interactions.map_or(5_000_000, |n| n.parse().expect("a number of interactions"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (small, _) = runtime.block_on(measure(interactions / 5, false));
    let (large, short_count) = runtime.block_on(measure(interactions, true));
    let growth = Line {
        name: "memory of a first load, a fifth of the rows as baseline",
        ours: large,
        baseline: Some(small),
        goal: Some(200.0),
        unit: "MB",
    };
    let short_count = short_count + usize::from(!growth.print());
    if short_count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Loads a business of that size; with `is_told`, prints every figure. Gives the peak memory and how many fell short.
async fn measure(interactions: u64, is_told: bool) -> (f64, usize) {
    let bench = Bench::start(interactions).await;
    let raw_facts = if is_told { bench.copy_raw(&["deal", "interaction"]) } else { 0.0 };
    let raw = if is_told { raw_facts + bench.copy_raw(&["sales_rep", "customer"]) } else { 0.0 };
    forget_peak();
    let (has_ended, end) = oneshot::channel();
    let watching = tokio::spawn(watch_facts(bench.warehouse.connect().await.expect("the warehouse"), end));
    let (first, report) = bench.load("2026-01-01").await;
    has_ended.send(()).expect("somebody watches");
    let facts = watching.await.expect("watched");
    let peak = peak_mb();
    if !is_told {
        bench.cluster.stop().await.expect("the cluster stops");
        return (peak, 0);
    }
    let read: i64 = report.counts.iter().map(|c| c.read).sum();
    eprintln!("{read} rows read, {} loaded", report.counts.iter().map(|c| c.loaded).sum::<i64>());
    let facts_line =
        |name, baseline, goal: f64| Line { name, ours: facts, baseline: Some(baseline), goal: Some(goal), unit: "s" };
    let piped = "facts of the first load, psql pipe and primary keys as baseline";
    let mut short_count = usize::from(!facts_line(piped, raw_facts, raw_facts).print());
    let rows: i64 =
        report.counts.iter().filter(|c| ["deal", "interaction"].contains(&c.entity.as_str())).map(|c| c.read).sum();
    for (peer, rows_a_second, times) in bench.peers() {
        let seconds = rows as f64 / rows_a_second;
        short_count += usize::from(!facts_line(peer, seconds, seconds / times).print());
    }
    let whole = Line {
        name: "the whole first load, psql pipe of all rows and primary keys as baseline",
        ours: first,
        baseline: Some(raw),
        goal: None,
        unit: "s",
    };
    whole.print();
    let share = |name, ours, of: f64, share| Line { name, ours, baseline: Some(of), goal: Some(of * share), unit: "s" };

    let (full_cubes, _) = bench.cubes(true).await;
    let (still, report) = bench.load("2026-01-02").await;
    assert!(!report.has_changed(), "nothing changed");
    let still = Line { name: "night, nothing changed", ours: still, baseline: None, goal: Some(1.0), unit: "s" };
    short_count += usize::from(!still.print());

    bench
        .change(
            "started_at >= timestamptz '2024-01-01' + interval '693 days'",
            "created_at >= timestamptz '2024-01-01' + interval '593 days'",
        )
        .await;
    let (week, report) = bench.load("2026-01-03").await;
    assert!(report.has_changed(), "a week changed");
    let (cubes, _) = bench.cubes(false).await;
    short_count +=
        usize::from(!share("night, the last 7 days changed, first load as baseline", week, first, 0.08).print());
    short_count +=
        usize::from(!share("cubes of that night, their full rebuild as baseline", cubes, full_cubes, 0.03).print());

    bench.change("right(id, 2) = '42'", "right(id, 2) = '42'").await;
    let (spread, report) = bench.load("2026-01-04").await;
    assert!(report.has_changed(), "one in a hundred changed");
    short_count +=
        usize::from(!share("night, 1 % changed all over, first load as baseline", spread, first, 0.25).print());
    short_count += usize::from(
        !Line { name: "peak memory of all nights", ours: peak_mb(), baseline: None, goal: Some(200.0), unit: "MB" }
            .print(),
    );
    bench.cluster.stop().await.expect("the cluster stops");
    (peak, short_count)
}

/// The seconds that deals and interactions take from the source into their facts with the primary key, looked at from beside:
/// for so long their COPY, which waits for the source and the worker, or the making of the key is at work.
async fn watch_facts(mut beside: PgConnection, mut end: oneshot::Receiver<()>) -> f64 {
    let at_work = "select exists (select from pg_stat_activity where datname = 'warehouse' and state = 'active' and pid <> pg_backend_pid()
        and (query like 'copy star.fact_%' or query like 'alter table star.fact_deal add % PRIMARY KEY %'
            or query like 'alter table star.fact_interaction add % PRIMARY KEY %'))";
    let (mut seconds, mut since) = (0.0, Instant::now());
    while end.try_recv().is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let is_at_work: bool = sqlx::query_scalar(at_work).fetch_one(&mut beside).await.expect("an answer");
        let passed = since.elapsed().as_secs_f64();
        since = Instant::now();
        seconds += if is_at_work { passed } else { 0.0 };
    }
    seconds
}

/// A private cluster with an operational database full of rows, and an empty warehouse.
struct Bench {
    cluster: Cluster,
    source: Database,
    warehouse: Database,
    spec: SourceSpec,
    _directory: tempfile::TempDir,
}

impl Bench {
    async fn start(interactions: u64) -> Bench {
        let everyone = std::fs::Permissions::from_mode(0o755);
        let directory = tempfile::Builder::new().prefix("vesper-bench-").permissions(everyone).tempdir();
        let directory = directory.expect("a temporary directory");
        let options = ClusterOptions { shared_mb: machine::shared_mb(), ..ClusterOptions::default() };
        let cluster = Cluster::start(directory.path(), options).await.expect("a cluster");
        for name in ["operational", "warehouse", "raw"] {
            cluster.create_database(name).await.expect("a new database");
        }
        let database = |name| Database::parse("VESPER_SOURCE_URL", &cluster.url(name)).expect("a URL");
        let (source, warehouse) = (database("operational"), database("warehouse"));
        vesper::app::migrate(&warehouse).await.expect("every migration applies");
        let mut operational = cluster.connect("operational").await.expect("the operational database");
        create_operational_schema(&mut operational).await.expect("the schema is valid");
        let fill = include_str!("warehouse.sql")
            .replace("{interactions}", &interactions.to_string())
            .replace("{deals}", &(interactions / 5).to_string())
            .replace("{customers}", &(interactions / 25).to_string());
        for statement in fill.split_inclusive(";\n") {
            sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut operational).await.expect("a business");
        }
        // Counters of a session that ended are complete.
        operational.close().await.expect("says goodbye");
        Bench { cluster, source, warehouse, spec: read_source(), _directory: directory }
    }

    /// Loads one night and commits; the seconds it took.
    async fn load(&self, date: &str) -> (f64, LoadReport) {
        let night = Night {
            business_date: date.parse().expect("a date"),
            run_id: None,
            started_at: chrono::DateTime::UNIX_EPOCH,
        };
        let mut connection = self.warehouse.connect().await.expect("the warehouse");
        let since = Instant::now();
        let mut tx = connection.begin().await.expect("a transaction");
        let report = load_source(&mut tx, &self.source, &self.spec, &night).await.expect("the night loads");
        tx.commit().await.expect("the load commits");
        (since.elapsed().as_secs_f64(), report)
    }

    /// Refreshes the cubes, of every day or of the touched ones.
    async fn cubes(&self, is_full: bool) -> (f64, i64) {
        let mut connection = self.warehouse.connect().await.expect("the warehouse");
        let since = Instant::now();
        let mut tx = connection.begin().await.expect("a transaction");
        if is_full {
            touch_all(&mut tx, 1).await.expect("every day is touched");
        }
        let report = refresh_cubes(&mut tx, 1).await.expect("the cubes refresh");
        tx.commit().await.expect("the cubes commit");
        let pool = self.warehouse.pool(1).await.expect("a pool");
        vacuum_cubes(&pool, &report.replaced).await;
        pool.close().await;
        (since.elapsed().as_secs_f64(), report.rows_written)
    }

    /// Changes rows of the source and leaves.
    async fn change(&self, interactions: &str, deals: &str) {
        let mut operational = self.cluster.connect("operational").await.expect("the operational database");
        for (table, column, which) in
            [("customer_interactions", "duration_sec", interactions), ("customer_deals", "value_cents", deals)]
        {
            let update =
                format!("update {table} set {column} = coalesce({column}, 0) + 1, updated_at = now() where {which}");
            sqlx::raw_sql(AssertSqlSafe(update)).execute(&mut operational).await.expect("rows change");
        }
        operational.close().await.expect("says goodbye");
    }

    /// The same rows through two psql into logged tables, and their primary keys.
    fn copy_raw(&self, entities: &[&str]) -> f64 {
        let psql = |database: &str| format!("psql -qX '{}'", self.cluster.url(database));
        let mut script = String::from("set -e\n");
        for query in self.spec.queries.iter().filter(|q| entities.contains(&q.entity.name)) {
            let (table, key) = (query.entity.name, query.entity.key);
            // An empty table with the columns of the query: made by the operational database, whose types it has.
            let columns: Vec<String> = query
                .entity
                .columns
                .iter()
                .filter(|c| query.sql.contains(c.name))
                .map(|c| format!("{} {}", c.name, c.column_type.sql()))
                .collect();
            let casts: Vec<String> = query
                .entity
                .columns
                .iter()
                .filter(|c| query.sql.contains(c.name))
                .map(|c| format!("{}::{}", c.name, c.column_type.sql()))
                .collect();
            script.push_str(&format!(
                "{raw} -c 'create table {table} ({columns})'\n{source} -c \"copy (select {casts} from ($(grep -v '^--' {file})) as q) to stdout (format binary)\" | {raw} -c 'copy {table} from stdin (format binary)'\n{raw} -c 'alter table {table} add primary key ({key})'\n",
                raw = psql("raw"),
                source = psql("operational"),
                columns = columns.join(", "),
                casts = casts.join(", "),
                file = query.file,
            ));
        }
        let since = Instant::now();
        let done = Command::new("sh").args(["-c", &script]).stdout(Stdio::null()).status().expect("sh starts");
        assert!(done.success(), "psql copies the raw rows");
        since.elapsed().as_secs_f64()
    }

    /// Other programs for the same work: name, rows a second, and how many times faster we promise to be.
    fn peers(&self) -> Vec<(&'static str, f64, f64)> {
        const ROWS: u32 = 200_000;
        let python = std::env::var("VESPER_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let urls = [self.cluster.tcp_url("operational"), self.cluster.tcp_url("raw")];
        let mut peers = Vec::new();
        for (peer, module, packages, times) in [
            // The second package holds the program, which the first would load from its own site.
            ("facts of the first load, sling as baseline", "sling", "sling sling-linux-amd64", 8.0),
            ("facts of the first load, dlt as baseline", "dlt", "dlt[postgres] sqlalchemy", 15.0),
        ] {
            let output = Command::new(&python)
                .args(["-c", include_str!("peers.py"), module, &ROWS.to_string()])
                .args(&urls)
                .env("DLT_DATA_DIR", self._directory.path())
                .stderr(Stdio::null())
                .output();
            let seconds = output.ok().filter(|o| o.status.success()).and_then(|o| {
                String::from_utf8_lossy(&o.stdout).lines().last().and_then(|line| line.trim().parse::<f64>().ok())
            });
            match seconds {
                Some(seconds) => peers.push((peer, f64::from(ROWS) / seconds, times)),
                None => {
                    println!(
                        "{peer} | – | – | – | – | skipped: `{python}` cannot run {module} (pip install {packages})"
                    )
                }
            }
        }
        peers
    }
}

fn read_source() -> SourceSpec {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/jobs/source/promenade");
    let entries = std::fs::read_dir(folder).expect("the source folder").map(|e| e.expect("an entry").path());
    let files: Vec<(String, String)> = entries
        .filter(|path| path.extension().is_some_and(|e| e == "sql" || e == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("text")))
        .collect();
    SourceSpec::parse("promenade", &files, &[], "USD").expect("a source without problems")
}

/// The peak of this process's memory since [`forget_peak`], in MB.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this system tells a process's memory");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("the peak");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).expect("a number") / 1024.0
}

/// Begins a new peak.
fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").expect("a process may forget its own peak");
}
