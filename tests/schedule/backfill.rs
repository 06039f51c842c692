use std::time::Duration;

use uuid::Uuid;
use vesper::base::Remedied;
use vesper::job::{Backfill, Claim, JobError, claim, claim_run, finish, request_backfill};

use super::{Ledger, claimed, execute, ledger, look};

const NIGHTLY: &str = "cron = \"0 2 * * *\"";

fn span(first: &str, last: &str) -> Backfill<'static> {
    Backfill {
        job: "nightly",
        first_date: first.parse().expect("a date"),
        last_date: last.parse().expect("a date"),
        is_mailing: false,
        is_missing_only: false,
        is_waiting: true,
        head_start: Duration::ZERO,
    }
}

async fn ask(ledger: &Ledger, backfill: &Backfill<'_>) -> usize {
    request_backfill(&ledger.pool, backfill).await.expect("queued").len()
}

async fn next(ledger: &Ledger) -> Claim {
    claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer").expect("a run is ready")
}

#[tokio::test]
async fn a_backfill_is_one_run_a_date_and_the_oldest_date_comes_first() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    let runs = request_backfill(&ledger.pool, &span("2026-02-27", "2026-03-02")).await.expect("queued");
    let dates: Vec<String> = runs.iter().map(|run| run.business_date.to_string()).collect();
    assert_eq!(dates, ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
    for date in dates {
        let claim = next(&ledger).await;
        assert_eq!((claim.business_date.to_string(), claim.is_mailing), (date, false));
        finish(&ledger.pool, &claim).await.expect("ours");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_backfill_while_the_first_is_open_adds_nothing_and_one_with_mail_does() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    let asked = span("2026-02-27", "2026-03-02");
    let (a, b, c) = tokio::join!(ask(&ledger, &asked), ask(&ledger, &asked), ask(&ledger, &asked));
    assert_eq!(a + b + c, 4, "three at once are one");
    next(&ledger).await;
    assert_eq!(ask(&ledger, &asked).await, 0, "a live run is open too");
    assert_eq!(ask(&ledger, &span("2026-03-01", "2026-03-04")).await, 2);
    assert_eq!(ask(&ledger, &Backfill { is_mailing: true, ..asked.clone() }).await, 4);
    assert_eq!(ask(&ledger, &asked).await, 0, "one that mails covers one that does not");
    assert_eq!(look(&ledger.pool, "select count(*)::text from vesper.run where is_mailing").await, "4");
}

#[tokio::test]
async fn dates_that_succeeded_are_done_again_unless_only_missing_ones_are_asked_for() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    finish(&ledger.pool, &claimed(&ledger.pool, "nightly").await).await.expect("ours");
    let asked = span("2026-11-21", "2026-11-22");
    assert_eq!(ask(&ledger, &Backfill { is_missing_only: true, ..asked.clone() }).await, 1);
    execute(&ledger.pool, "delete from vesper.run where state = 'queued'").await;
    assert_eq!(ask(&ledger, &asked).await, 2);
}

#[tokio::test]
async fn a_backfill_waits_for_what_its_job_needs_unless_somebody_works_it_now() {
    let ledger = ledger(&[("base", NIGHTLY), ("nightly", "cron = \"0 3 * * *\"\nneeds = [\"base\"]")]).await;
    let asked = span("2026-02-27", "2026-02-27");
    ask(&ledger, &asked).await;
    assert!(claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer").is_none());
    execute(&ledger.pool, "delete from vesper.run").await;
    let head_start = Duration::from_secs(60);
    let now = Backfill { is_waiting: false, head_start, ..asked };
    let runs = request_backfill(&ledger.pool, &now).await.expect("queued");
    assert!(claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer").is_none(), "it is left to whoever asked");
    assert!(claim_run(&ledger.pool, Uuid::new_v4(), runs[0].run_id).await.expect("an answer").is_some());
}

#[tokio::test]
async fn a_span_of_no_date_or_of_too_many_is_refused_and_nothing_is_queued() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    for (first, last, count) in [("2026-03-02", "2026-03-01", 0), ("2025-01-01", "2026-02-05", 401)] {
        let refused = request_backfill(&ledger.pool, &span(first, last)).await.expect_err("refused");
        assert!(matches!(refused, JobError::Span { date_count, .. } if date_count == count), "{refused}");
        assert!(refused.hint().is_some());
    }
    let slip = request_backfill(&ledger.pool, &Backfill { job: "nigthly", ..span("2026-03-01", "2026-03-01") }).await;
    assert!(matches!(slip, Err(JobError::UnknownJob { .. })), "{slip:?}");
    assert_eq!(look(&ledger.pool, "select count(*)::text from vesper.run").await, "0");
}
