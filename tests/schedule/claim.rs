use futures_util::future::join_all;
use uuid::Uuid;
use vesper::base::Remedy;
use vesper::job::{
    Failure, JobError, Origin, RunError, RunFilter, claim, claim_run, fail, finish, hand_over, heartbeat, run_lines,
    tick,
};

use super::{claimed, execute, ledger, let_leases_expire, look, queued};

const NIGHTLY: &str = "cron = \"0 2 * * *\"\nattempts = 2";

#[tokio::test]
async fn a_run_is_claimed_by_one_worker_of_many() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    queued(&ledger.pool, "nightly", Origin::Manual).await;
    let claims = join_all((0..10).map(|_| claim(&ledger.pool, Uuid::new_v4()))).await;
    let taken: Vec<_> = claims.into_iter().filter_map(|c| c.expect("an answer")).collect();
    assert_eq!(taken.len(), 1);
    assert_eq!((taken[0].attempt, taken[0].business_date.to_string().as_str()), (1, "2026-11-22"));
}

#[tokio::test]
async fn a_job_has_one_live_run_and_the_oldest_goes_first() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    let runs =
        [queued(&ledger.pool, "nightly", Origin::Manual).await, queued(&ledger.pool, "nightly", Origin::Manual).await];
    let claims = join_all((0..6).map(|_| claim(&ledger.pool, Uuid::new_v4()))).await;
    let taken: Vec<_> = claims.into_iter().filter_map(|c| c.expect("an answer")).collect();
    assert_eq!(taken.iter().map(|c| c.run_id).collect::<Vec<_>>(), [runs[0]]);
    assert!(claim_run(&ledger.pool, Uuid::new_v4(), runs[1]).await.expect("an answer").is_none());
    finish(&ledger.pool, &taken[0]).await.expect("it is ours");
    let next = claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer").expect("the second");
    assert_eq!(next.run_id, runs[1]);
}

#[tokio::test]
async fn an_expired_lease_brings_the_run_back_and_fences_the_worker_that_lost_it() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    let lost = claimed(&ledger.pool, "nightly").await;
    heartbeat(&ledger.pool, &lost).await.expect("it is ours");
    assert_eq!(tick(&ledger.pool).await.expect("a tick").reaped_count, 0, "a renewed lease is not taken");
    let_leases_expire(&ledger.pool).await;
    assert_eq!(tick(&ledger.pool).await.expect("a tick").reaped_count, 1);
    let next = claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer").expect("it is back");
    assert_eq!((next.run_id, next.attempt), (lost.run_id, 2));
    let error = RunError::new(Remedy::FixCode, "late");
    assert!(matches!(heartbeat(&ledger.pool, &lost).await, Err(JobError::Superseded { attempt: 1, .. })));
    assert!(matches!(finish(&ledger.pool, &lost).await, Err(JobError::Superseded { .. })));
    assert!(matches!(fail(&ledger.pool, &lost, &error).await, Err(JobError::Superseded { .. })));
    assert!(matches!(hand_over(&ledger.pool, &lost).await, Err(JobError::Superseded { .. })));
    finish(&ledger.pool, &next).await.expect("it is the second's");
}

#[tokio::test]
async fn the_last_attempts_silence_is_the_runs_end() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    claimed(&ledger.pool, "nightly").await;
    for expected in ["queued", "dead"] {
        let_leases_expire(&ledger.pool).await;
        tick(&ledger.pool).await.expect("a tick");
        assert_eq!(look(&ledger.pool, "select state from vesper.run").await, expected);
        claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer");
    }
    assert_eq!(look(&ledger.pool, "select last_error from vesper.run").await, "lease expired");
}

#[tokio::test]
async fn what_may_help_later_is_tried_again_after_a_pause_and_then_dead() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    let away = RunError::new(Remedy::RetryLater, "no server answers");
    let first = claimed(&ledger.pool, "nightly").await;
    assert_eq!(fail(&ledger.pool, &first, &away).await.expect("ours"), Failure::Retried);
    assert!(claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer").is_none(), "it rests");
    execute(&ledger.pool, "update vesper.run set run_after = clock_timestamp()").await;
    let second = claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer").expect("rested");
    assert_eq!(fail(&ledger.pool, &second, &away).await.expect("ours"), Failure::Dead);
    let lines =
        run_lines(&ledger.pool, &RunFilter { state: Some("dead".to_owned()), ..RunFilter::default() }, 10).await;
    let lines = lines.expect("runs");
    assert_eq!((lines[0].attempt, lines[0].last_error.as_deref()), (2, Some("no server answers")));
}

#[tokio::test]
async fn what_would_fail_the_same_way_again_is_dead_at_once() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    for remedy in [Remedy::FixConfig, Remedy::FixData, Remedy::FixCode] {
        let claim = claimed(&ledger.pool, "nightly").await;
        let failure = fail(&ledger.pool, &claim, &RunError::new(remedy, "wrong")).await;
        assert_eq!(failure.expect("ours"), Failure::Dead, "{remedy:?}");
    }
}

#[tokio::test]
async fn a_hand_over_costs_no_attempt() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    queued(&ledger.pool, "nightly", Origin::Manual).await;
    for attempt in 1..=5 {
        let claim = claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer").expect("ready at once");
        assert_eq!(claim.attempt, attempt);
        hand_over(&ledger.pool, &claim).await.expect("ours");
    }
    assert_eq!(look(&ledger.pool, "select (attempt_max - attempt)::text from vesper.run").await, "2");
}

#[tokio::test]
async fn a_persons_request_does_not_wait_behind_a_slot_that_is_being_retried() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    execute(
        &ledger.pool,
        "insert into vesper.run (job_id, scheduled_for, business_date, state, attempt_max, run_after, spec) \
         select job_id, clock_timestamp() - interval '1 hour', '2026-11-21', 'queued', 5, clock_timestamp() + interval '1 hour', spec from vesper.job",
    )
    .await;
    let run_id = queued(&ledger.pool, "nightly", Origin::Manual).await;
    let claim = claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer").expect("the request");
    assert_eq!(claim.run_id, run_id);
}
