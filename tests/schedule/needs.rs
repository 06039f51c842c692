use uuid::Uuid;
use vesper::job::{Claim, Origin, claim, finish, job_lines, tick};

use super::{Ledger, claimed, execute, ledger, look, queued};

/// A night and a report that waits for it; the report's run is queued for 22 November, the night's is not.
async fn waiting_report() -> Ledger {
    let report = "cron = \"0 7 * * mon\"\nneeds = [\"nightly\"]\nneeds_within = \"2h\"";
    let ledger = ledger(&[("nightly", "cron = \"0 2 * * *\""), ("weekly", report)]).await;
    queued(&ledger.pool, "weekly", Origin::Backfill).await;
    ledger
}

async fn ready(ledger: &Ledger) -> Option<Claim> {
    claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer")
}

#[tokio::test]
async fn a_report_waits_until_its_night_has_succeeded_for_the_same_date() {
    let ledger = waiting_report().await;
    assert!(ready(&ledger).await.is_none());
    let lines = job_lines(&ledger.pool).await.expect("jobs");
    assert_eq!((lines[1].queued_count, lines[1].waits_for.as_deref()), (1, Some("nightly")));
    let night = claimed(&ledger.pool, "nightly").await;
    assert!(ready(&ledger).await.is_none(), "a night that runs has not succeeded");
    finish(&ledger.pool, &night).await.expect("ours");
    assert_eq!(ready(&ledger).await.expect("the report").job, "weekly");
}

#[tokio::test]
async fn another_dates_night_is_not_what_it_needs() {
    let ledger = waiting_report().await;
    let night = claimed(&ledger.pool, "nightly").await;
    finish(&ledger.pool, &night).await.expect("ours");
    execute(&ledger.pool, "update vesper.run set business_date = '2026-11-21' where job_id = 'nightly'").await;
    assert!(ready(&ledger).await.is_none());
}

#[tokio::test]
async fn a_report_whose_night_never_comes_is_dead_at_its_deadline_and_says_why() {
    let ledger = waiting_report().await;
    assert_eq!(tick(&ledger.pool).await.expect("a tick").late_count, 0);
    execute(&ledger.pool, "update vesper.run set needs_by = '2026-11-23 13:00+00'").await;
    execute(&ledger.pool, "update vesper.run set needs_by = least(needs_by, clock_timestamp())").await;
    assert_eq!(tick(&ledger.pool).await.expect("a tick").late_count, 1);
    let error = look(&ledger.pool, "select last_error from vesper.run where state = 'dead'").await;
    assert!(error.starts_with("waited for \"nightly\" of 2026-11-22 until "), "{error}");
}

#[tokio::test]
async fn a_deadline_is_nothing_to_a_report_whose_night_is_there() {
    let ledger = waiting_report().await;
    let night = claimed(&ledger.pool, "nightly").await;
    finish(&ledger.pool, &night).await.expect("ours");
    execute(&ledger.pool, "update vesper.run set needs_by = clock_timestamp() where job_id = 'weekly'").await;
    assert_eq!(tick(&ledger.pool).await.expect("a tick").late_count, 0);
    assert!(ready(&ledger).await.is_some());
}

#[tokio::test]
async fn a_person_who_asks_for_a_report_gets_it_without_waiting() {
    let ledger = waiting_report().await;
    let by_hand = claimed(&ledger.pool, "weekly").await;
    assert_eq!(by_hand.origin, Origin::Manual);
}
