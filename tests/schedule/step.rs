use uuid::Uuid;
use vesper::base::Remedy;
use vesper::job::{Claim, RunError, claim, step, tick};

use super::{Ledger, claimed, execute, ledger, let_leases_expire, look};

/// A ledger with a claimed run, and a table for effects that would show a double one.
async fn running() -> (Ledger, Claim) {
    let ledger = ledger(&[("nightly", "cron = \"0 2 * * *\"")]).await;
    execute(&ledger.pool, "create table effect (attempt int)").await;
    let claim = claimed(&ledger.pool, "nightly").await;
    (ledger, claim)
}

async fn load(ledger: &Ledger, claim: &Claim) -> Result<i32, RunError> {
    let attempt = claim.attempt;
    step(&ledger.pool, claim, "load", async move |tx| {
        let done = sqlx::query("insert into effect values ($1)").bind(attempt).execute(tx).await;
        done.map(|_| attempt).map_err(|e| RunError::new(Remedy::FixCode, e.to_string()))
    })
    .await
}

async fn effects(ledger: &Ledger) -> String {
    look(&ledger.pool, "select coalesce(string_agg(attempt::text, ' '), 'none') from effect").await
}

/// The worker falls silent and another takes the run.
async fn supersede(ledger: &Ledger) -> Claim {
    let_leases_expire(&ledger.pool).await;
    tick(&ledger.pool).await.expect("a tick");
    claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer").expect("the run is back")
}

#[tokio::test]
async fn a_step_is_done_once_and_a_later_attempt_reads_what_it_returned() {
    let (ledger, first) = running().await;
    assert_eq!(load(&ledger, &first).await, Ok(1));
    assert_eq!(load(&ledger, &first).await, Ok(1));
    let second = supersede(&ledger).await;
    assert_eq!(load(&ledger, &second).await, Ok(1), "the memo is the first attempt's");
    assert_eq!(effects(&ledger).await, "1");
}

#[tokio::test]
async fn an_attempt_superseded_in_mid_step_commits_nothing() {
    let (ledger, lost) = running().await;
    let outcome: Result<(), RunError> = step(&ledger.pool, &lost, "load", async |tx| {
        sqlx::query("insert into effect values (1)").execute(tx).await.expect("an effect");
        supersede(&ledger).await;
        Ok(())
    })
    .await;
    assert!(outcome.expect_err("fenced").to_string().contains("attempt 1 was superseded"));
    assert_eq!(effects(&ledger).await, "none");
    assert_eq!(look(&ledger.pool, "select count(*)::text from vesper.run_step").await, "0");
}

#[tokio::test]
async fn a_worker_that_forged_the_attempt_is_still_another_worker() {
    let (ledger, claim) = running().await;
    // What a server that lost its last second in a crash could hand out: the same attempt to two owners.
    let forged = Claim { owner: Uuid::new_v4(), ..claim.clone() };
    assert!(load(&ledger, &forged).await.is_err());
    assert_eq!(effects(&ledger).await, "none");
    assert_eq!(load(&ledger, &claim).await, Ok(1));
}

#[tokio::test]
async fn a_step_that_fails_leaves_nothing_and_is_done_again() {
    let (ledger, claim) = running().await;
    let failed: Result<(), RunError> = step(&ledger.pool, &claim, "load", async |tx| {
        sqlx::query("insert into effect values (0)").execute(tx).await.expect("an effect");
        Err(RunError::new(Remedy::RetryLater, "the source went away"))
    })
    .await;
    assert!(failed.is_err());
    assert_eq!(effects(&ledger).await, "none");
    assert_eq!(load(&ledger, &claim).await, Ok(1));
}

#[tokio::test]
async fn two_attempts_in_the_same_step_do_it_once() {
    let (ledger, lost) = running().await;
    let next = supersede(&ledger).await;
    let (a, b) = tokio::join!(load(&ledger, &lost), load(&ledger, &next));
    assert_eq!(b, Ok(2));
    // The old attempt either met the fence or came after the memo; its own effect is never there.
    assert!(a.is_err() || a == Ok(2), "{a:?}");
    assert_eq!(effects(&ledger).await, "2");
}
