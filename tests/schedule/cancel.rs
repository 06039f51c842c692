use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use vesper::base::{Remedied, Remedy};
use vesper::job::{
    Ending, JobError, Origin, RunContext, RunError, Runner, Stop, cancel_queued, cancel_run, claim, finish, run_claimed,
};

use super::{claimed, execute, ledger, look, queued};

const NIGHTLY: &str = "cron = \"0 2 * * *\"";
const STATES: &str =
    "select string_agg(state || coalesce(': ' || last_error, ''), ', ' order by run_id) from vesper.run";

#[tokio::test]
async fn a_waiting_run_is_cancelled_at_once_and_says_who_and_why() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    let run_id = queued(&ledger.pool, "nightly", Origin::Manual).await;
    let cancelled = cancel_run(&ledger.pool, run_id, "cancelled by eva: wrong date").await.expect("it waits");
    assert_eq!((cancelled.job.as_str(), cancelled.was_running), ("nightly", false));
    assert_eq!(look(&ledger.pool, STATES).await, "cancelled: cancelled by eva: wrong date");
    assert!(claim(&ledger.pool, uuid::Uuid::new_v4()).await.expect("an answer").is_none());
    let again = cancel_run(&ledger.pool, run_id, "cancelled by otto").await.expect_err("it is over");
    assert_eq!(again.to_string(), format!("run {run_id} is cancelled already, there is nothing to cancel"));
    assert_eq!(again.remedy(), Remedy::FixConfig);
    assert_eq!(look(&ledger.pool, STATES).await, "cancelled: cancelled by eva: wrong date");
    assert!(matches!(cancel_run(&ledger.pool, 4711, "no").await, Err(JobError::UnknownRun { run_id: 4711 })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_run_stops_long_before_its_next_heartbeat_and_commits_nothing_more() {
    let ledger = ledger(&[("nightly", "cron = \"0 2 * * *\"\nlease = \"1h\"")]).await;
    execute(&ledger.pool, "create table effect (run_id bigint)").await;
    let claim = claimed(&ledger.pool, "nightly").await;
    let run_id = claim.run_id;
    let (started, is_started) = oneshot::channel();
    let started = Arc::new(std::sync::Mutex::new(Some(started)));
    let work = async |context: RunContext, started: oneshot::Sender<()>| -> Result<(), RunError> {
        let step = async |tx: &mut sqlx::PgConnection| {
            let written = sqlx::query("insert into effect values ($1)").bind(context.claim.run_id).execute(tx).await;
            written.map_err(|e| RunError::new(Remedy::RetryLater, e.to_string()))?;
            started.send(()).expect("the test waits");
            std::future::pending::<Result<(), RunError>>().await
        };
        context.step("load", step).await
    };
    let runner: Runner = Arc::new(move |context| {
        let started = started.lock().expect("nobody panics").take().expect("one attempt");
        Box::pin(work(context, started))
    });
    let (_word, stop) = watch::channel(false);
    let pool = ledger.pool.clone();
    let stop = Stop { stop, grace: Duration::ZERO };
    let running = tokio::spawn(async move { run_claimed(&pool, claim, &runner, stop).await });
    is_started.await.expect("the work begins");
    assert!(cancel_run(&ledger.pool, run_id, "cancelled by eva").await.expect("it is live").was_running);
    // A heartbeat would come in twenty minutes.
    let ending = tokio::time::timeout(Duration::from_secs(30), running).await.expect("the word is heard");
    assert_eq!(ending.expect("no panic"), Ending::Cancelled { words: "cancelled by eva".to_owned() });
    assert_eq!(look(&ledger.pool, STATES).await, "cancelled: cancelled by eva");
    assert_eq!(look(&ledger.pool, "select count(*)::text from effect").await, "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_ends_in_the_same_instant_is_either_done_or_cancelled() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    for _ in 0..20 {
        let claim = claimed(&ledger.pool, "nightly").await;
        let (finished, cancelled) =
            tokio::join!(finish(&ledger.pool, &claim), cancel_run(&ledger.pool, claim.run_id, "cancelled by eva"));
        assert_ne!(finished.is_ok(), cancelled.is_ok(), "{finished:?} {cancelled:?}");
    }
    let wrong = "select count(*)::text from vesper.run where state not in ('succeeded', 'cancelled') \
                 or (state = 'cancelled') <> (last_error is not null)";
    assert_eq!(look(&ledger.pool, wrong).await, "0");
}

#[tokio::test]
async fn all_waiting_runs_of_a_job_go_and_the_live_one_and_other_jobs_stay() {
    let ledger = ledger(&[("nightly", NIGHTLY), ("other", NIGHTLY)]).await;
    claimed(&ledger.pool, "nightly").await;
    for job in ["nightly", "nightly", "other"] {
        queued(&ledger.pool, job, Origin::Backfill).await;
    }
    assert_eq!(cancel_queued(&ledger.pool, "nightly", "cancelled by eva").await.expect("two"), 2);
    assert_eq!(cancel_queued(&ledger.pool, "nightly", "cancelled by eva").await.expect("none"), 0);
    let states = "select string_agg(state, ' ' order by run_id) from vesper.run";
    assert_eq!(look(&ledger.pool, states).await, "running cancelled cancelled queued");
    let slip = cancel_queued(&ledger.pool, "nigthly", "no").await.expect_err("no such job");
    assert_eq!(slip.hint().as_deref(), Some("did you mean \"nightly\"?"));
}
