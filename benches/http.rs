//! `make bench NAME=http`: what an answer costs from memory, against the same answer computed live by SQL.
//!
//! One line a figure: `name | ours | baseline | ratio | goal | ok or short`; exit 1 when one falls short. The business has
//! 200,000 customers and 1,000,000 deals, and an index that covers the question. Both sides are measured at their best
//! number of connections, the clients on the same machine. The answers are compared before anything is timed.
//!
//! `VESPER_BENCH_DEALS` (1,000,000) and `VESPER_BENCH_REQUESTS` (1,000,000) make a shorter try.

mod line;

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use vesper::base::clock;
use vesper::base::pg::Database;
use vesper::demo::{Cluster, ClusterOptions};
use vesper::http::{Cors, HttpState, ROUTES, Tenants, TokenBook, listen, serve};
use vesper::metric::{Catalog, Snapshot, SnapshotHeader};

use line::Line;

/// How long each side is asked at each number of connections.
const SPAN: Duration = Duration::from_secs(4);
const CLIENT_COUNTS: [usize; 5] = [1, 2, 4, 8, 16];
/// Connections on which a steady rate is asked; a request that finds none free is late.
const STEADY_CLIENT_COUNT: usize = 16;

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
    let p99_us = server.p99_at(rate / 2.0);
    let grown_mib = server.growth(number("VESPER_BENCH_REQUESTS", 1_000_000), client_count);
    let lost = server.lost_in_swaps(client_count);
    eprintln!("{rate:.0} answers a second on {client_count} connections; live {live_rate:.2} a second");
    let (ours, live) = (1e6 / rate, 1e6 / live_rate);
    vec![
        Line { name: "an answer", ours, baseline: Some(live), goal: Some(live / 1_000.0), unit: "µs" },
        Line { name: "p99 at half the rate", ours: p99_us, baseline: None, goal: Some(1_000.0), unit: "µs" },
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

    fn rate(&self, client_count: usize) -> f64 {
        let began_at = Instant::now();
        let (asked, failed) = self.load(client_count, |_| began_at.elapsed() >= SPAN);
        assert_eq!(failed, 0, "every request is answered");
        asked as f64 / began_at.elapsed().as_secs_f64()
    }

    /// The 99th percentile at a steady rate, counted from the moment each request was due: a late answer makes the next
    /// ones late, and all of them count.
    ///
    /// One thread asks on several connections and never sleeps: what a sleeping client and an idle processor need to wake
    /// up again is more than an answer takes, and would be counted as the server's.
    fn p99_at(&self, rate: f64) -> f64 {
        let pause = Duration::from_secs_f64(1.0 / rate);
        let mut idle: Vec<Client> = (0..STEADY_CLIENT_COUNT).map(|_| Client::new(self.address, &self.path)).collect();
        idle.iter().for_each(|client| client.stream.set_nonblocking(true).expect("a TCP socket"));
        let mut asked: Vec<(Client, Instant)> = Vec::new();
        let mut taken_us = Vec::new();
        let began_at = Instant::now();
        let mut due_at = began_at;
        while began_at.elapsed() < SPAN {
            if due_at <= Instant::now()
                && let Some(mut client) = idle.pop()
            {
                assert!(client.send(), "the connection stays open");
                asked.push((client, due_at));
                due_at += pause;
            }
            let mut at = 0;
            while at < asked.len() {
                let Some(length) = asked[at].0.poll().map(<[u8]>::len) else {
                    at += 1;
                    continue;
                };
                assert!(length > 0, "every request is answered");
                let (client, due_at) = asked.swap_remove(at);
                taken_us.push(due_at.elapsed().as_secs_f64() * 1e6);
                idle.push(client);
            }
            std::thread::yield_now();
        }
        taken_us.sort_by(f64::total_cmp);
        assert!(taken_us.len() as f64 > 0.95 * rate * SPAN.as_secs_f64(), "the rate was kept: {}", taken_us.len());
        taken_us[taken_us.len() * 99 / 100]
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
        if !self.send() {
            return &[];
        }
        self.poll().unwrap_or_default()
    }

    fn send(&mut self) -> bool {
        self.filled = 0;
        self.stream.write_all(self.request.as_bytes()).is_ok()
    }

    /// The body of a 200, or nothing when it is another answer or none; not yet, where a socket would block.
    fn poll(&mut self) -> Option<&[u8]> {
        loop {
            match self.stream.read(&mut self.bytes[self.filled..]) {
                Ok(count @ 1..) => self.filled += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return None,
                Ok(_) | Err(_) => return Some(&[]),
            }
            let answer = &self.bytes[..self.filled];
            let Some(head_end) = answer.windows(4).position(|part| part == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&answer[..head_end]).expect("a head is text");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map(str::parse::<usize>);
            let end = head_end + 4 + length.expect("a length").expect("a number");
            if self.filled == end {
                let is_answered = head.starts_with("HTTP/1.1 200 ");
                return Some(if is_answered { &self.bytes[head_end + 4..end] } else { &[] });
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
