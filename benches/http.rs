//! `make bench NAME=http`: what an answer costs from memory, against the same answer computed live by SQL.
//!
//! One line a figure: `name | ours | baseline | ratio | goal | ok or short`; exit 1 when one falls short. The business has
//! 200,000 customers and 1,000,000 deals, and an index that covers the question. Both sides are measured at their best
//! number of connections, the clients on the same machine; the server has one processor of it and its clients another. The
//! answers are compared before anything is timed.
//!
//! `VESPER_BENCH_DEALS` (1,000,000) and `VESPER_BENCH_REQUESTS` (1,000,000) make a shorter try.

mod generator;
mod line;
mod machine;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_setaffinity};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use vesper::base::clock;
use vesper::base::pg::Database;
use vesper::demo::{Cluster, ClusterOptions};
use vesper::http::{Cors, HttpState, ROUTES, Tenants, TokenBook, listen, serve};
use vesper::metric::{Catalog, Snapshot, SnapshotHeader};

use generator::Generator;
use line::Line;

/// How long each side is asked at each number of connections.
const SPAN: Duration = Duration::from_secs(4);
const CLIENT_COUNTS: [usize; 5] = [1, 2, 4, 8, 16];
/// Connections on which a steady rate is asked.
const STEADY_CLIENT_COUNT: usize = 16;
/// The server has one processor and its clients have the other: on one that they share, how long an answer waits for its
/// turn is a figure of the scheduler.
const SERVING_CPU: usize = 0;
const ASKING_CPU: usize = 1;
/// How often each side is asked at the steady rate; the median counts, since the machine itself stalls now and then.
const STEADY_ROUND_COUNT: usize = 5;

fn main() -> ExitCode {
    println!("name | ours | baseline | ratio | goal | ok or short");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let short_count = measure(&runtime).iter().filter(|line| !line.print()).count();
    if short_count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("a whole number"))
}

fn measure(runtime: &tokio::runtime::Runtime) -> Vec<Line> {
    let (live_rate, document) = runtime.block_on(live());
    let serving = serving_runtime();
    let server = serving.block_on(Server::start(document.clone()));
    let answer = Generator::new(server.address, &server.path, 1).answer().to_vec();
    let head_end = answer.windows(4).position(|part| part == b"\r\n\r\n").expect("a head");
    let body: Value = serde_json::from_slice(&answer[head_end + 4..]).expect("JSON");
    assert_eq!(body["data"], document, "both sides answer the same");
    keep_to(ASKING_CPU);

    let (rate, client_count) = best(|clients| server.rate(clients));
    eprintln!("{rate:.0} answers a second on {client_count} connections; live {live_rate:.2} a second");
    let bare = serving.block_on(bare_server(answer));
    let [p99_us, bare_us] = p99_at(rate / 2.0, [server.address, bare], &server.path);
    let grown_mib = server.growth(number("VESPER_BENCH_REQUESTS", 1_000_000), client_count);
    let lost = server.lost_in_swaps(client_count);
    let (ours, live) = (1e6 / rate, 1e6 / live_rate);
    vec![
        Line { name: "an answer", ours, baseline: Some(live), goal: Some(live / 1_000.0), unit: "µs" },
        Line { name: "p99 at half the rate", ours: p99_us, baseline: Some(bare_us), goal: Some(1_000.0), unit: "µs" },
        Line { name: "memory grown by the requests", ours: grown_mib, baseline: None, goal: Some(4.0), unit: "MiB" },
        Line { name: "requests lost in 100 swaps", ours: lost, baseline: None, goal: Some(0.0), unit: "requests" },
    ]
}

/// A runtime as a process has that may use one processor.
fn serving_runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).on_thread_start(|| keep_to(SERVING_CPU));
    builder.enable_all().build().expect("a runtime")
}

/// The calling thread, and those it starts, run on this processor alone, where there is more than one.
fn keep_to(cpu: usize) {
    if std::thread::available_parallelism().is_ok_and(|count| count.get() > 1) {
        let mut cpus = CpuSet::new();
        cpus.set(cpu);
        sched_setaffinity(None, &cpus).expect("a processor of this machine");
    }
}

/// The best rate over several numbers of connections, and that number.
fn best(mut rate: impl FnMut(usize) -> f64) -> (f64, usize) {
    let measured = CLIENT_COUNTS.map(|clients| (rate(clients), clients));
    measured.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).expect("some numbers of connections")
}

/// Answers a second computed by SQL, and the answer.
async fn live() -> (f64, Value) {
    let everyone = std::fs::Permissions::from_mode(0o755);
    let directory = tempfile::Builder::new().prefix("vesper-bench-").permissions(everyone).tempdir();
    let directory = directory.expect("a temporary directory");
    let options = ClusterOptions { shared_mb: machine::shared_mb(), ..ClusterOptions::default() };
    let cluster = Cluster::start(directory.path(), options).await.expect("a cluster starts");
    cluster.create_database("live").await.expect("a new database");
    let database = Database::parse("the bench's cluster", &cluster.url("live")).expect("a URL");
    let pool = database.pool(16).await.expect("the cluster answers");
    let deals = number("VESPER_BENCH_DEALS", 1_000_000);
    let schema = include_str!("http/schema.sql").replace("{customers}", &(deals / 5).to_string());
    let schema = schema.replace("{deals}", &deals.to_string());
    for statement in schema.split_inclusive(";\n") {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&pool).await.expect("the business is made");
    }
    // Sessions from here on have the settings that were made for the database.
    pool.close().await;
    let pool = database.pool(16).await.expect("the cluster answers");
    let document = ask_live(&pool).await;
    let mut best_rate = 0.0_f64;
    for clients in CLIENT_COUNTS {
        best_rate = best_rate.max(live_rate(&pool, clients).await);
    }
    pool.close().await;
    cluster.stop().await.expect("the cluster stops");
    (best_rate, document)
}

async fn ask_live(pool: &PgPool) -> Value {
    sqlx::query_scalar(include_str!("http/live.sql")).fetch_one(pool).await.expect("an answer")
}

async fn live_rate(pool: &PgPool, clients: usize) -> f64 {
    let began_at = Instant::now();
    let asking: Vec<_> = (0..clients)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let mut count = 0u64;
                while began_at.elapsed() < SPAN {
                    ask_live(&pool).await;
                    count += 1;
                }
                count
            })
        })
        .collect();
    let mut count = 0;
    for client in asking {
        count += client.await.expect("no panic");
    }
    count as f64 / began_at.elapsed().as_secs_f64()
}

struct Server {
    address: SocketAddr,
    tenants: Tenants,
    snapshot: Snapshot,
    path: String,
}

impl Server {
    async fn start(document: Value) -> Server {
        let snapshot = snapshot(document);
        let tenants = Tenants::default();
        tenants.of("main").replace(Arc::new(snapshot.clone()));
        let tokens = TokenBook::default();
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0)), &tokens).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = HttpState {
            tenants: tenants.clone(),
            tenant: "main".into(),
            tokens,
            is_reachable: false,
            is_encrypted: false,
            cors: Cors::default(),
            stale_after: chrono::TimeDelta::hours(50),
            organisation: "Bench".to_owned(),
            files: None,
        };
        tokio::spawn(serve(listener, state, None, std::future::pending()));
        let route = ROUTES.iter().find(|route| route.path == "deals/pipeline").expect("a route");
        Server { address, tenants, snapshot, path: route.url() }
    }

    fn clients(&self, client_count: usize) -> Generator {
        Generator::new(self.address, &self.path, client_count)
    }

    fn rate(&self, client_count: usize) -> f64 {
        let began_at = Instant::now();
        let outcome = self.clients(client_count).flood(|_| began_at.elapsed() >= SPAN);
        assert_eq!(outcome.failed, 0, "every request is answered");
        outcome.answered as f64 / began_at.elapsed().as_secs_f64()
    }

    /// MiB that the process holds more after so many requests than after the first tenth of them.
    fn growth(&self, request_count: u64, client_count: usize) -> f64 {
        let mut clients = self.clients(client_count);
        clients.flood(|asked| asked >= request_count / 10);
        let before = resident_mib();
        clients.flood(|asked| asked >= request_count);
        resident_mib() - before
    }

    /// Requests that failed while the snapshot was replaced a hundred times.
    fn lost_in_swaps(&self, client_count: usize) -> f64 {
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let load = scope.spawn(|| self.clients(client_count).flood(|_| is_over.load(Ordering::Relaxed)));
            for id in 2..102 {
                let mut next = self.snapshot.clone();
                next.header.snapshot_id = id;
                self.tenants.of("main").replace(Arc::new(next));
                std::thread::sleep(Duration::from_millis(10));
            }
            is_over.store(true, Ordering::Relaxed);
            load.join().expect("no panic").failed as f64
        })
    }
}

/// The 99th percentiles of some servers at a steady rate, in µs, asked in turn: the medians of several rounds.
fn p99_at<const N: usize>(rate: f64, servers: [SocketAddr; N], path: &str) -> [f64; N] {
    let mut rounds = servers.map(|_| Vec::new());
    for _ in 0..STEADY_ROUND_COUNT {
        for (address, round) in servers.iter().zip(&mut rounds) {
            round.push(p99_of_span(rate, *address, path));
        }
    }
    eprintln!("p99 of each round: {rounds:?} µs");
    rounds.map(|mut round| {
        round.sort_by(f64::total_cmp);
        round[round.len() / 2]
    })
}

/// The 99th percentile of the answers of one span, in µs, counted from the moment each request was due.
fn p99_of_span(rate: f64, address: SocketAddr, path: &str) -> f64 {
    let mut taken = Generator::new(address, path, STEADY_CLIENT_COUNT).pace(rate, SPAN);
    assert!(taken.len() as f64 > 0.95 * rate * SPAN.as_secs_f64(), "the rate was kept: {}", taken.len());
    taken.sort();
    taken[taken.len() * 99 / 100].as_secs_f64() * 1e6
}

/// What the machine and the runtime cost alone: a server that says the same bytes to whatever it hears.
async fn bare_server(answer: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let answer: Arc<[u8]> = answer.into();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("a TCP socket");
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let mut heard = [0; 1_024];
                while let Ok(1..) = stream.read(&mut heard).await {
                    stream.write_all(&answer).await.expect("the client waits");
                }
            });
        }
    });
    address
}

fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells a process's memory");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line of it");
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib / 1_024.0
}

fn snapshot(document: Value) -> Snapshot {
    let date = "2025-12-31".parse().expect("a date");
    let header = SnapshotHeader {
        snapshot_id: 1,
        tenant: "main".to_owned(),
        business_date: date,
        first_date: "2024-01-01".parse().expect("a date"),
        published_at: clock::now(),
        run_id: None,
        definition_hash: String::new(),
        currency: "USD".to_owned(),
        revenue_mode: "deals".to_owned(),
        watermarks: BTreeMap::new(),
        reconciliation: Vec::new(),
        warnings: Vec::new(),
        checks: Vec::new(),
    };
    Snapshot {
        catalog: Catalog::built_in(),
        header,
        points: BTreeMap::new(),
        series: BTreeMap::new(),
        members: BTreeMap::new(),
        tables: BTreeMap::new(),
        documents: BTreeMap::from([("deals/pipeline".to_owned(), document)]),
    }
}
