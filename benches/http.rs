//! `make bench NAME=http`: what an answer costs from memory, against the same answer computed live by SQL.
//!
//! One line a figure: `name | ours | baseline | ratio | goal | ok or short`; exit 1 when one falls short. The business has
//! 200,000 customers and 1,000,000 deals, and an index that covers the question. Both sides are measured at their best
//! number of connections, the clients on the same machine. The answers are compared before anything is timed.
//!
//! `VESPER_BENCH_DEALS` (1,000,000) and `VESPER_BENCH_REQUESTS` (1,000,000) make a shorter try.

mod line;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use vesper::base::clock;
use vesper::base::pg::Database;
use vesper::demo::{Cluster, ClusterOptions};
use vesper::http::{Cors, HttpState, ROUTES, Tenants, TokenBook, listen, serve};
use vesper::metric::{Catalog, Snapshot, SnapshotHeader};

use line::Line;

/// How long each side is asked at each number of connections.
const SPAN: Duration = Duration::from_secs(4);
const CLIENT_COUNTS: [usize; 5] = [1, 2, 4, 8, 16];
/// Connections on which a steady rate is asked, a thread each.
const STEADY_CLIENT_COUNT: usize = 16;
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
    let server = runtime.block_on(Server::start(document.clone()));
    let body: Value = serde_json::from_slice(Client::new(server.address, &server.path).get()).expect("JSON");
    assert_eq!(body["data"], document, "both sides answer the same");

    let (rate, client_count) = best(|clients| server.rate(clients));
    let bare = runtime.block_on(bare_server(server.answer()));
    let [p99_us, bare_us] = p99_at(rate / 2.0, [server.address, bare], &server.path);
    let grown_mib = server.growth(number("VESPER_BENCH_REQUESTS", 1_000_000), client_count);
    let lost = server.lost_in_swaps(client_count);
    eprintln!("{rate:.0} answers a second on {client_count} connections; live {live_rate:.2} a second");
    let (ours, live) = (1e6 / rate, 1e6 / live_rate);
    vec![
        Line { name: "an answer", ours, baseline: Some(live), goal: Some(live / 1_000.0), unit: "µs" },
        Line { name: "p99 at half the rate", ours: p99_us, baseline: Some(bare_us), goal: Some(1_000.0), unit: "µs" },
        Line { name: "memory grown by the requests", ours: grown_mib, baseline: None, goal: Some(4.0), unit: "MiB" },
        Line { name: "requests lost in 100 swaps", ours: lost, baseline: None, goal: Some(0.0), unit: "requests" },
    ]
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
    let cluster = Cluster::start(directory.path(), ClusterOptions::default()).await.expect("a cluster starts");
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

    /// Runs `client_count` clients until `is_over` says so; answers asked for and answers that failed.
    fn load(&self, client_count: usize, is_over: impl Fn(u64) -> bool + Sync) -> (u64, u64) {
        let (asked, failed) = (AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for _ in 0..client_count {
                scope.spawn(|| {
                    let mut client = Client::new(self.address, &self.path);
                    loop {
                        let number = asked.fetch_add(1, Ordering::Relaxed);
                        if is_over(number) {
                            asked.fetch_sub(1, Ordering::Relaxed);
                            return;
                        }
                        if client.get().is_empty() {
                            failed.fetch_add(1, Ordering::Relaxed);
                            client = Client::new(self.address, &self.path);
                        }
                    }
                });
            }
        });
        (asked.into_inner(), failed.into_inner())
    }

    /// An answer with its head, as it goes over the wire.
    fn answer(&self) -> Vec<u8> {
        let mut client = Client::new(self.address, &self.path);
        assert!(!client.get().is_empty(), "it is answered");
        client.bytes[..client.filled].to_vec()
    }

    fn rate(&self, client_count: usize) -> f64 {
        let began_at = Instant::now();
        let (asked, failed) = self.load(client_count, |_| began_at.elapsed() >= SPAN);
        assert_eq!(failed, 0, "every request is answered");
        asked as f64 / began_at.elapsed().as_secs_f64()
    }

    /// MiB that the process holds more after so many requests than after the first tenth of them.
    fn growth(&self, request_count: u64, client_count: usize) -> f64 {
        self.load(client_count, |number| number >= request_count / 10);
        let before = resident_mib();
        self.load(client_count, |number| number >= request_count);
        resident_mib() - before
    }

    /// Requests that failed while the snapshot was replaced a hundred times.
    fn lost_in_swaps(&self, client_count: usize) -> f64 {
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let load = scope.spawn(|| self.load(client_count, |_| is_over.load(Ordering::Relaxed)));
            for id in 2..102 {
                let mut next = self.snapshot.clone();
                next.header.snapshot_id = id;
                self.tenants.of("main").replace(Arc::new(next));
                std::thread::sleep(Duration::from_millis(10));
            }
            is_over.store(true, Ordering::Relaxed);
            load.join().expect("no panic").1 as f64
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

/// The 99th percentile of the answers of one span, in µs, counted from the moment each request was due: a late answer makes
/// the next ones on its connection late, and all of them count.
fn p99_of_span(rate: f64, address: SocketAddr, path: &str) -> f64 {
    let pause = Duration::from_secs_f64(STEADY_CLIENT_COUNT as f64 / rate);
    let began_at = Instant::now();
    let ask = |index: usize| {
        let mut client = Client::new(address, path);
        let mut due_at = began_at + pause.mul_f64(index as f64 / STEADY_CLIENT_COUNT as f64);
        let mut taken_us = Vec::new();
        while began_at.elapsed() < SPAN {
            std::thread::sleep(due_at.saturating_duration_since(Instant::now()));
            assert!(!client.get().is_empty(), "every request is answered");
            taken_us.push(due_at.elapsed().as_secs_f64() * 1e6);
            due_at += pause;
        }
        taken_us
    };
    let mut taken_us: Vec<f64> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..STEADY_CLIENT_COUNT).map(|index| scope.spawn(move || ask(index))).collect();
        clients.into_iter().flat_map(|client| client.join().expect("no panic")).collect()
    });
    taken_us.sort_by(f64::total_cmp);
    assert!(taken_us.len() as f64 > 0.95 * rate * SPAN.as_secs_f64(), "the rate was kept: {}", taken_us.len());
    taken_us[taken_us.len() * 99 / 100]
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

/// A client of HTTP/1.1 that keeps its connection and asks the same again and again.
struct Client {
    stream: TcpStream,
    request: String,
    bytes: Vec<u8>,
    filled: usize,
}

impl Client {
    fn new(address: SocketAddr, path: &str) -> Client {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_nodelay(true).expect("a TCP socket");
        let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n");
        Client { stream, request, bytes: vec![0; 64 << 10], filled: 0 }
    }

    /// The body of a 200, or nothing.
    fn get(&mut self) -> &[u8] {
        self.filled = 0;
        if self.stream.write_all(self.request.as_bytes()).is_err() { &[] } else { self.answer() }
    }

    fn answer(&mut self) -> &[u8] {
        loop {
            match self.stream.read(&mut self.bytes[self.filled..]) {
                Ok(count @ 1..) => self.filled += count,
                Ok(_) | Err(_) => return &[],
            }
            let answer = &self.bytes[..self.filled];
            let Some(head_end) = answer.windows(4).position(|part| part == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&answer[..head_end]).expect("a head is text");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map(str::parse::<usize>);
            let end = head_end + 4 + length.expect("a length").expect("a number");
            if self.filled == end {
                let is_answered = head.starts_with("HTTP/1.1 200 ");
                return if is_answered { &self.bytes[head_end + 4..end] } else { &[] };
            }
        }
    }
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
