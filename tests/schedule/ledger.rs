use std::time::Duration;

use futures_util::future::join_all;
use uuid::Uuid;
use vesper::base::Remedied;
use vesper::job::{
    JobError, Origin, Request, Tick, claim, claim_run, job_lines, materialise, request_run, run_line, tick,
};

use super::{execute, ledger, look, sync};

const HOURLY: &str = "cron = \"0 * * * *\"\ncatchup = \"all\"";
const REWIND: &str = "update vesper.job set cursor_at = date_trunc('hour', clock_timestamp()) - interval '5 hours', \
                      next_at = date_trunc('hour', clock_timestamp()) - interval '4 hours'";

#[tokio::test]
async fn a_slot_is_materialised_once_however_many_workers_tick_at_once() {
    let ledger = ledger(&[("hourly", HOURLY)]).await;
    execute(&ledger.pool, REWIND).await;
    let ticks = join_all((0..8).map(|_| materialise(&ledger.pool))).await;
    let slot_count: u64 = ticks.into_iter().map(|t| t.expect("a tick")).sum();
    assert_eq!(slot_count, 5);
    assert_eq!(look(&ledger.pool, "select count(*)::text from vesper.run where state = 'queued'").await, "5");
    let is_moved = "select (cursor_at = (select max(scheduled_for) from vesper.run) and next_at > cursor_at)::text from vesper.job";
    assert_eq!(look(&ledger.pool, is_moved).await, "true");
}

#[tokio::test]
async fn the_slots_between_two_cursors_are_the_runs_and_their_dates_are_the_days_before() {
    let ledger = ledger(&[("hourly", HOURLY)]).await;
    execute(&ledger.pool, REWIND).await;
    materialise(&ledger.pool).await.expect("a tick");
    let wrong = "select count(*)::text from vesper.run \
                 where business_date <> (scheduled_for at time zone 'UTC')::date - 1 or extract(minute from scheduled_for) <> 0";
    assert_eq!(look(&ledger.pool, wrong).await, "0");
}

#[tokio::test]
async fn a_missed_slot_that_does_not_run_is_a_visible_row_with_its_reason() {
    let ledger = ledger(&[("hourly", "cron = \"0 * * * *\"\ncatchup = \"latest\"")]).await;
    execute(&ledger.pool, REWIND).await;
    materialise(&ledger.pool).await.expect("a tick");
    let states = "select string_agg(state, ' ' order by scheduled_for) from vesper.run";
    assert_eq!(look(&ledger.pool, states).await, "skipped skipped skipped skipped queued");
    let reason = "select min(last_error) from vesper.run where state = 'skipped'";
    assert!(look(&ledger.pool, reason).await.starts_with("missed: "));
}

#[tokio::test]
async fn the_same_files_again_keep_the_cursor_and_an_edited_pattern_does_not_replay_the_past() {
    let ledger = ledger(&[("hourly", HOURLY)]).await;
    execute(&ledger.pool, REWIND).await;
    sync(&ledger.pool, &[("hourly", &format!("{HOURLY}\nattempts = 9"))]).await;
    let is_past = "select (next_at < clock_timestamp())::text from vesper.job";
    assert_eq!(look(&ledger.pool, is_past).await, "true", "an edit of something else keeps what is due");
    sync(&ledger.pool, &[("hourly", "cron = \"30 * * * *\"\ncatchup = \"all\"")]).await;
    assert_eq!(tick(&ledger.pool).await.expect("a tick"), Tick::default());
    execute(&ledger.pool, REWIND).await;
    sync(&ledger.pool, &[("hourly", "cron = \"30 * * * *\"\nzone = \"Asia/Kathmandu\"\ncatchup = \"all\"")]).await;
    assert_eq!(tick(&ledger.pool).await.expect("a tick"), Tick::default());
}

#[tokio::test]
async fn a_job_without_a_file_rests_and_starts_anew_when_the_file_is_back() {
    let ledger = ledger(&[("hourly", HOURLY)]).await;
    execute(&ledger.pool, REWIND).await;
    sync(&ledger.pool, &[("other", HOURLY)]).await;
    assert_eq!(materialise(&ledger.pool).await.expect("a tick"), 0);
    sync(&ledger.pool, &[("other", HOURLY), ("hourly", HOURLY)]).await;
    assert_eq!(materialise(&ledger.pool).await.expect("a tick"), 0);
    let lines = job_lines(&ledger.pool).await.expect("jobs");
    let enabled: Vec<_> = lines.iter().map(|l| (l.job_id.as_str(), l.enabled)).collect();
    assert_eq!(enabled, [("hourly", true), ("other", true)]);
}

#[tokio::test]
async fn one_unreadable_schedule_does_not_stop_the_others() {
    let ledger = ledger(&[("broken", HOURLY), ("hourly", HOURLY)]).await;
    execute(&ledger.pool, REWIND).await;
    execute(&ledger.pool, "update vesper.job set tz = 'Mars/Olympus' where job_id = 'broken'").await;
    assert_eq!(materialise(&ledger.pool).await.expect("a tick"), 5);
}

#[tokio::test]
async fn a_request_may_be_repeated_and_a_slip_of_the_name_finds_the_job() {
    let ledger = ledger(&[("nightly", HOURLY)]).await;
    let business_date = "2026-11-22".parse().expect("a date");
    let head_start = Duration::from_secs(60);
    let request = Request { job: "nightly", business_date, origin: Origin::Manual, head_start };
    let first = request_run(&ledger.pool, &request).await.expect("a run");
    let second = request_run(&ledger.pool, &request).await.expect("another run");
    assert_ne!(first, second);
    let slip =
        request_run(&ledger.pool, &Request { job: "nigthly", ..request.clone() }).await.expect_err("no such job");
    assert!(matches!(slip, JobError::UnknownJob { .. }));
    assert_eq!(slip.hint().as_deref(), Some("did you mean \"nightly\"?"));
}

#[tokio::test]
async fn a_request_with_a_head_start_is_left_to_whoever_asked() {
    let ledger = ledger(&[("nightly", HOURLY)]).await;
    let business_date = "2026-11-22".parse().expect("a date");
    let head_start = Duration::from_secs(60);
    let request = Request { job: "nightly", business_date, origin: Origin::Manual, head_start };
    let run_id = request_run(&ledger.pool, &request).await.expect("a run");
    assert!(claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer").is_none());
    let claim = claim_run(&ledger.pool, Uuid::new_v4(), run_id).await.expect("an answer").expect("it is ours");
    assert_eq!(claim.run_id, run_id);
    let line = run_line(&ledger.pool, run_id).await.expect("an answer").expect("a run");
    assert_eq!((line.state.as_str(), line.origin.as_str()), ("running", "manual"));
}
