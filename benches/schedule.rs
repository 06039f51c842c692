//! `make bench NAME=schedule`: what schedules cost while nothing but they happen.
//!
//! One line a figure: `name | ours | baseline | ratio | goal | ok or short`; exit 1 when one falls short. The ledger holds a
//! million finished runs. At rest means a thousand jobs of every minute, whose runs do one step that stores its memo: the
//! least a run can honestly do. The cost is the CPU time of this process, which is the worker, and of every process of
//! its Postgres. The baseline of a tick is its number of round trips, empty.
//!
//! `VESPER_BENCH_SECONDS` (120), `VESPER_BENCH_JOBS` (1,000) and `VESPER_BENCH_ROWS` (1,000,000) make a shorter try.

mod line;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use tokio::sync::watch;
use vesper::app::migrate;
use vesper::base::clock;
use vesper::base::pg::Database;
use vesper::delivery::Mailer;
use vesper::demo::{Cluster, ClusterOptions};
use vesper::job::{Job, Kind, Runner, Worker, read_job, sync_jobs, tick};

use line::Line;

fn main() -> ExitCode {
    println!("name | ours | baseline | ratio | goal | ok or short");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let short_count = runtime.block_on(measure()).iter().filter(|line| !line.print()).count();
    if short_count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn measure() -> [Line; 2] {
    let everyone = std::fs::Permissions::from_mode(0o755);
    let directory = tempfile::Builder::new().prefix("vesper-bench-").permissions(everyone).tempdir();
    let directory = directory.expect("a temporary directory");
    let cluster = Cluster::start(directory.path(), ClusterOptions::default()).await.expect("a cluster starts");
    cluster.create_database("ledger").await.expect("a new database");
    let database = Database::parse("the bench's cluster", &cluster.url("ledger")).expect("a URL");
    migrate(&database).await.expect("the migrations apply");
    let pool = database.pool(12).await.expect("the cluster answers");

    let job_count = number("VESPER_BENCH_JOBS", 1_000);
    fill(&pool, job_count, number("VESPER_BENCH_ROWS", 1_000_000)).await;
    let (tick, empty) = time_ticks(&pool).await;
    let jobs: Vec<Job> = (0..job_count).map(|n| job(n, "* * * * *")).collect();
    sync_jobs(&pool, &jobs).await.expect("the ledger takes the jobs");
    let seconds = number("VESPER_BENCH_SECONDS", 120) as u64;
    let share = rest(&pool, Path::new(cluster.data_directory()), Duration::from_secs(seconds), job_count).await;
    pool.close().await;
    cluster.stop().await.expect("the cluster stops");
    [
        Line { name: "tick, nothing due", ours: tick, baseline: Some(empty), goal: Some(10.0), unit: "ms" },
        Line { name: "1,000 jobs of every minute", ours: share, baseline: None, goal: Some(5.0), unit: "% of a core" },
    ]
}

fn number(variable: &str, default: i64) -> i64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("a whole number"))
}

fn job(number: i64, cron: &str) -> Job {
    let name = format!("job-{number:04}");
    let text = format!("cron = \"{cron}\"");
    read_job(Kind::Upkeep, &name, &format!("jobs/upkeep/{name}.toml"), &text).expect("a job file without problems")
}

/// Jobs of which nothing is due, and the finished runs of their past.
async fn fill(pool: &PgPool, job_count: i64, row_count: i64) {
    let jobs: Vec<Job> = (0..job_count).map(|n| job(n, "0 0 29 2 *")).collect();
    sync_jobs(pool, &jobs).await.expect("the ledger takes the jobs");
    let filled = sqlx::query(
        "insert into vesper.run (job_id, scheduled_for, business_date, state, attempt, attempt_max, spec, started_at, finished_at) \
         select job_id, at, at::date - 1, case when n % 50 = 0 then 'dead' else 'succeeded' end, 1, 5, spec, at, at \
         from vesper.job cross join generate_series(1, $1::int) as n, \
             lateral (select date_trunc('minute', clock_timestamp()) - n * interval '1 minute' as at) as past",
    );
    let count = i32::try_from(row_count / job_count.max(1)).expect("some rows a job");
    filled.bind(count).execute(pool).await.expect("the ledger takes the runs");
    sqlx::raw_sql("vacuum analyze").execute(pool).await.expect("the server knows its tables");
}

/// Milliseconds of a tick, and of as many empty round trips: the median of many.
async fn time_ticks(pool: &PgPool) -> (f64, f64) {
    const TICK_COUNT: usize = 200;
    let (mut ticks, mut empties) = (Vec::new(), Vec::new());
    for _ in 0..TICK_COUNT {
        let since = Instant::now();
        tick(pool).await.expect("a tick");
        ticks.push(since.elapsed());
        let since = Instant::now();
        for _ in 0..3 {
            sqlx::query("select 1").execute(pool).await.expect("an answer");
        }
        empties.push(since.elapsed());
    }
    let median = |mut times: Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1_000.0
    };
    (median(ticks), median(empties))
}

/// Percent of a core that worker and server take over `span`, from the start of a minute on.
async fn rest(pool: &PgPool, data: &Path, span: Duration, job_count: i64) -> f64 {
    let runner: Runner = Arc::new(|context| {
        Box::pin(async move { context.step("memo", async |_| Ok::<_, vesper::job::RunError>(())).await })
    });
    let outbox = tempfile::tempdir().expect("a temporary directory");
    let mailer = Mailer::parse(&format!("file:{}", outbox.path().display())).expect("a folder");
    let worker = Worker { pool: pool.clone(), runner, mailer, run_max: 2, grace: Duration::from_secs(5) };
    let (word, stop) = watch::channel(false);
    let working = tokio::spawn(worker.serve(stop));
    let now = clock::now().timestamp_subsec_millis() as u64 + clock::now().timestamp() as u64 % 60 * 1_000;
    tokio::time::sleep(Duration::from_millis(60_000 - now % 60_000)).await;
    let (before, since) = (cpu_seconds(data), Instant::now());
    let done_before = done(pool).await;
    tokio::time::sleep(span).await;
    let (used, elapsed) = (cpu_seconds(data) - before, since.elapsed().as_secs_f64());
    let run_count = done(pool).await - done_before;
    // A share that was low because the runs were not done would be no figure.
    let expected = job_count * (span.as_secs() / 60) as i64;
    assert!(run_count >= expected * 9 / 10, "{run_count} runs of {expected} were done");
    word.send(true).expect("the worker listens");
    working.await.expect("the worker ends").expect("the worker ends well");
    used / elapsed * 100.0
}

async fn done(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from vesper.run_step").fetch_one(pool).await.expect("a count")
}

/// CPU time of this process and of all processes of the cluster, ended ones among them.
fn cpu_seconds(data: &Path) -> f64 {
    // What /proc counts in, on every Linux.
    const TICKS_PER_SECOND: f64 = 100.0;
    let postmaster = std::fs::read_to_string(data.join("postmaster.pid")).expect("a running server has a pid file");
    let postmaster: u32 = postmaster.lines().next().and_then(|pid| pid.trim().parse().ok()).expect("a pid");
    let mut ticks = 0;
    for entry in std::fs::read_dir("/proc").expect("this system tells of its processes") {
        let name = entry.expect("an entry").file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // Gone since it was listed.
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        let (_, fields) = stat.rsplit_once(')').expect("a name in brackets");
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |at: usize| fields[at].parse::<u64>().expect("a number");
        let parent = number(1);
        if pid == std::process::id() || parent == u64::from(postmaster) {
            ticks += number(11) + number(12);
        } else if pid == postmaster {
            ticks += number(11) + number(12) + number(13) + number(14);
        }
    }
    ticks as f64 / TICKS_PER_SECOND
}
