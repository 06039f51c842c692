//! Slots, claims, steps and the worker, against a real ledger.

mod alert;
mod backfill;
mod calendar;
mod cancel;
mod claim;
mod clock;
mod held;
mod killed;
mod ledger;
mod needs;
mod reload;
mod step;
mod worker;

use std::time::Duration;

use sqlx::PgPool;
use uuid::Uuid;
use vesper::base::pg::Database;
use vesper::job::{Claim, Job, Kind, Origin, Request, claim_run, read_job, request_run, sync_jobs};

use crate::support::cluster::{TestDatabase, warehouse_database};

/// A migrated ledger of one test's own. The database lives as long as this does.
pub struct Ledger {
    _database: TestDatabase,
    pub pool: PgPool,
}

/// An empty ledger.
pub async fn empty_ledger() -> Ledger {
    let database = warehouse_database().await;
    let url = Database::parse("TEST_URL", &database.url()).expect("a URL");
    let pool = url.pool(12).await.expect("the test's database answers");
    Ledger { _database: database, pool }
}

/// A ledger that knows these pipelines, by name and text of their files.
pub async fn ledger(files: &[(&str, &str)]) -> Ledger {
    let ledger = empty_ledger().await;
    sync(&ledger.pool, files).await;
    ledger
}

/// Reads the files anew.
pub async fn sync(pool: &PgPool, files: &[(&str, &str)]) {
    let jobs: Vec<Job> = files.iter().map(|(name, text)| pipeline(name, text)).collect();
    sync_jobs(pool, &jobs).await.expect("the ledger takes the files");
}

pub fn pipeline(name: &str, text: &str) -> Job {
    read_job(Kind::Pipeline, name, &format!("jobs/pipeline/{name}.toml"), text).expect("a job file without problems")
}

/// Runs one statement that a test needs to bend time or to look at a row.
pub async fn execute(pool: &PgPool, sql: &'static str) -> u64 {
    sqlx::query(sql).execute(pool).await.expect(sql).rows_affected()
}

/// One number or text of the ledger, as text.
pub async fn look(pool: &PgPool, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(pool).await.expect(sql)
}

/// Queues a run by hand and claims it.
pub async fn claimed(pool: &PgPool, job: &str) -> Claim {
    let run_id = queued(pool, job, Origin::Manual).await;
    claim_run(pool, Uuid::new_v4(), run_id).await.expect("a claim").expect("the run is ready")
}

/// Queues a run for 22 November 2026.
pub async fn queued(pool: &PgPool, job: &str, origin: Origin) -> i64 {
    let business_date = "2026-11-22".parse().expect("a date");
    request_run(pool, &Request { job, business_date, origin, head_start: Duration::ZERO }).await.expect("a run")
}

/// Pretends that every lease ended a second ago.
pub async fn let_leases_expire(pool: &PgPool) {
    execute(
        pool,
        "update vesper.run set lease_until = clock_timestamp() - interval '1 second' where state = 'running'",
    )
    .await;
}
