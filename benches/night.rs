//! `make bench NAME=night`: the night, the report and their memory at the sizes the project promises.
//!
//! One line a figure: `name | ours | baseline | ratio | goal | ok or short`; exit 1 when one falls short. The baseline of a
//! night is Postgres doing the least that could pass for the same work: every extracted table copied whole, binary COPY
//! out of the operational database into empty tables of another one, on the same cluster in the same run.

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use futures_util::TryStreamExt;
use serde_json::Value;
use vesper::demo::{Cluster, ClusterOptions, create_operational_schema};

#[path = "support/line.rs"]
mod line;

use line::Line;

fn main() -> ExitCode {
    println!("name | ours | baseline | ratio | goal | ok or short");
    let small = Demo::run(450, &["--nights", "1"]);
    let raw = Some(small.raw_copy_seconds());
    let second = |name, what, baseline, goal| Line { name, ours: small.seconds(what), baseline, goal, unit: "s" };
    let mut short_count = [
        Line {
            name: "demo --once, 450 customers",
            ours: small.wall_seconds,
            baseline: None,
            goal: Some(15.0),
            unit: "s",
        },
        second("first night, 450 customers", "first night", raw, Some(2.0)),
        second("later night, 450 customers", "later nights", raw, Some(2.0)),
        second("report as PDF, XLSX and mail", "report and mail", None, Some(0.5)),
    ]
    .iter()
    .filter(|line| !line.print())
    .count();

    let large = Demo::run(50_000, &["--nights", "1"]);
    let raw = Some(large.raw_copy_seconds());
    let second = |name, what| Line { name, ours: large.seconds(what), baseline: raw, goal: None, unit: "s" };
    let memory = large.summary["memory_peak_mb"].as_f64().expect("this system tells a process's memory");
    short_count += [
        Line { name: "peak memory, 50,000 customers", ours: memory, baseline: None, goal: Some(300.0), unit: "MB" },
        second("first night, 50,000 customers", "first night"),
        second("later night, 50,000 customers", "later nights"),
    ]
    .iter()
    .filter(|line| !line.print())
    .count();
    if short_count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One `vesper demo --once` of this build's binary, in a directory of its own.
struct Demo {
    directory: tempfile::TempDir,
    wall_seconds: f64,
    summary: Value,
}

impl Demo {
    fn run(customers: u32, more: &[&str]) -> Demo {
        let everyone = std::fs::Permissions::from_mode(0o755);
        let directory = tempfile::Builder::new().prefix("vesper-bench-").permissions(everyone).tempdir();
        let directory = directory.expect("a temporary directory");
        let since = Instant::now();
        let output = Command::new(env!("CARGO_BIN_EXE_vesper"))
            .args(["--log", "error", "demo", "--once", "--json", "--today", "2026-11-23", "--dir"])
            .arg(directory.path())
            .args(["--customers", &customers.to_string()])
            .args(more)
            .stderr(Stdio::inherit())
            .output()
            .expect("the binary of this build starts");
        let wall_seconds = since.elapsed().as_secs_f64();
        assert!(output.status.success(), "the demo of {customers} customers ends well");
        let summary = serde_json::from_slice(&output.stdout).expect("the demo prints its summary as JSON");
        Demo { directory, wall_seconds, summary }
    }

    fn seconds(&self, what: &str) -> f64 {
        self.summary["timings"][what].as_f64().unwrap_or_else(|| panic!("the summary times `{what}`"))
    }

    /// Seconds that the least work takes, on the demo's own cluster.
    fn raw_copy_seconds(&self) -> f64 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(copy_raw(&self.directory.path().join("cluster")))
    }
}

/// Copies every extracted table into an empty one of the same shape, and commits.
async fn copy_raw(cluster_directory: &std::path::Path) -> f64 {
    const TABLES: [&str; 9] = [
        "identity_users",
        "customer_companies",
        "customer_customers",
        "warehouse_products",
        "customer_deals",
        "customer_interactions",
        "order_orders",
        "order_lines",
        "billing_subscriptions",
    ];
    let cluster =
        Cluster::start(cluster_directory, ClusterOptions::default()).await.expect("the demo's cluster starts again");
    cluster.create_database("raw").await.expect("a new database");
    let mut source = cluster.connect("operational").await.expect("the operational database");
    let mut target = cluster.connect("raw").await.expect("the new database");
    create_operational_schema(&mut target).await.expect("the schema is valid");
    let since = Instant::now();
    for table in TABLES {
        let mut rows = source.copy_out_raw(&format!("copy {table} to stdout (format binary)")).await.expect("a table");
        let mut copy = target.copy_in_raw(&format!("copy {table} from stdin (format binary)")).await.expect("a table");
        while let Some(chunk) = rows.try_next().await.expect("rows") {
            copy.send(chunk).await.expect("rows");
        }
        copy.finish().await.expect("the table is copied");
    }
    let seconds = since.elapsed().as_secs_f64();
    drop((source, target));
    cluster.stop().await.expect("the cluster stops");
    seconds
}
