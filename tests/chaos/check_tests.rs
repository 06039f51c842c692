//! The checker can fail: a world where all is well, and one rule of it broken at a time.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::check::check;
use super::directed::HELD;
use super::evidence::{Alert, Call, Change, Edition, Evidence, JobEvidence, Load, Message, Run, Step, Undisturbed};
use super::plan::{JobPlan, NIGHT};
use crate::delivery::smtp_server::{Accepted, Refused};

const REPORT: JobPlan = JobPlan { recipients: &["a"], ..HELD };

fn midnight() -> DateTime<Utc> {
    "2026-03-02T00:00:00Z".parse().expect("an instant")
}

fn date() -> NaiveDate {
    midnight().date_naive().pred_opt().expect("a date")
}

fn run(run_id: i64, job: &str) -> Run {
    Run {
        run_id,
        job_id: job.to_owned(),
        scheduled_for: midnight(),
        business_date: date(),
        origin: "cron".to_owned(),
        state: "succeeded".to_owned(),
        attempt: 1,
        attempt_max: 5,
        last_error: None,
    }
}

fn change(id: i64, job: &str, was: &str, state: &str) -> Change {
    let (was_attempt, attempt) = match (was, state) {
        ("", _) => (None, 0),
        (_, "running" | "sending") => (Some(0), 1),
        _ => (Some(1), 1),
    };
    let was = (!was.is_empty()).then(|| was.to_owned());
    Change { id, job_id: job.to_owned(), was, state: state.to_owned(), was_attempt, attempt }
}

fn step(run_id: i64, step: &str) -> Step {
    Step { run_id, step: step.to_owned(), attempt: 1, run_attempt: 1, run_state: "running".to_owned() }
}

fn mail() -> Accepted {
    Accepted { rcpt: "a@example.com".to_owned(), message: "Subject: x\r\nMessage-ID: <1@example.com>\r\n".to_owned() }
}

/// One night and one report to one recipient, as they should be.
fn all_is_well() -> Evidence {
    let job = |plan| JobEvidence {
        plan,
        started_at: midnight() - TimeDelta::hours(20),
        cursor_at: midnight() + TimeDelta::hours(2),
    };
    let life = |id: i64, job: &str| {
        [change(id, job, "", "queued"), change(id, job, "queued", "running"), change(id, job, "running", "succeeded")]
    };
    let slot = midnight().to_rfc3339();
    Evidence {
        jobs: vec![job(NIGHT), job(REPORT)],
        runs: vec![run(1, "nightly"), run(2, "held")],
        run_changes: [life(1, "nightly"), life(2, "held")].concat(),
        steps: vec![
            step(1, "load-promenade"),
            step(1, "cube-promenade"),
            step(1, "publish-promenade"),
            step(2, "seal"),
            step(2, "post"),
        ],
        loads: vec![Load { run_id: 1, count_max: 1 }],
        editions: vec![Edition { job_id: "held".to_owned(), business_date: date(), scheduled_for: midnight() }],
        messages: vec![Message {
            message_id: 1,
            rfc_message_id: "<1@example.com>".to_owned(),
            dedupe_key: format!("held|{slot}|a@example.com"),
            rcpt: "a@example.com".to_owned(),
            state: "sent".to_owned(),
            on_uncertain: "hold".to_owned(),
            attempt: 1,
            attempt_max: 12,
            smtp_code: Some(250),
            smtp_text: None,
        }],
        message_changes: vec![
            change(1, "", "", "pending"),
            change(1, "", "pending", "sending"),
            change(1, "", "sending", "sent"),
        ],
        snapshots: vec![(date(), "x".to_owned())],
        star: "s".to_owned(),
        undisturbed: Some(Undisturbed { star: "s".to_owned(), snapshots: vec![(date(), "x".to_owned())] }),
        accepted: vec![mail()],
        ..Evidence::default()
    }
}

/// The numbers of the invariants that are found broken once `breaking` has been done.
fn broken_by(breaking: impl FnOnce(&mut Evidence)) -> Vec<u8> {
    let mut evidence = all_is_well();
    breaking(&mut evidence);
    let mut numbers: Vec<u8> = check(&evidence).iter().map(|violation| violation.invariant).collect();
    numbers.dedup();
    numbers
}

const NOTHING: [u8; 0] = [];

fn message(evidence: &mut Evidence) -> &mut Message {
    &mut evidence.messages[0]
}

#[test]
fn where_all_is_well_nothing_is_found() {
    assert_eq!(check(&all_is_well()), Vec::new());
}

#[test]
fn an_edition_told_to_nobody_a_held_call_made_twice_and_one_that_is_lost_are_found() {
    let call = |state: &str| Call {
        message_id: 9,
        rfc_message_id: "msg_9".to_owned(),
        state: state.to_owned(),
        on_uncertain: "hold".to_owned(),
    };
    let told = |evidence: &mut Evidence, state: &str, received: &[&str]| {
        (evidence.hook_count, evidence.calls) = (1, vec![call(state)]);
        evidence.received = received.iter().map(|id| (*id).to_owned()).collect();
    };
    assert_eq!(broken_by(|e| told(e, "sent", &["msg_9"])), NOTHING);
    assert_eq!(broken_by(|e| e.hook_count = 1), [4]);
    assert_eq!(broken_by(|e| told(e, "sent", &["msg_9", "msg_8"])), [5]);
    assert_eq!(broken_by(|e| told(e, "sent", &["msg_9", "msg_9"])), [6]);
    assert_eq!(broken_by(|e| told(e, "sent", &[])), [7]);
    assert_eq!(broken_by(|e| told(e, "dead", &["msg_9"])), [8]);
    assert_eq!(broken_by(|e| told(e, "pending", &[])), [11]);
}

#[test]
fn an_alert_that_nobody_or_everybody_heard_of_is_found() {
    let alert = |opened_count, closed_count| Alert { alert_id: 1, is_closed: true, opened_count, closed_count };
    assert_eq!(broken_by(|e| e.alerts.push(alert(1, 1))), NOTHING);
    assert_eq!(broken_by(|e| e.alerts.push(alert(0, 1))), [3]);
    assert_eq!(broken_by(|e| e.alerts.push(alert(1, 2))), [3]);
}

#[test]
fn a_lost_slot_a_doubled_one_and_one_that_never_was_are_found() {
    assert_eq!(broken_by(|e| e.jobs[1].started_at -= TimeDelta::days(1)), [1]);
    assert_eq!(broken_by(|e| e.runs[1].scheduled_for += TimeDelta::seconds(1)), [1]);
    assert_eq!(broken_by(|e| e.runs.push(Run { run_id: 3, state: "skipped".to_owned(), ..run(3, "held") })), [1]);
}

#[test]
fn an_illegal_change_and_an_attempt_that_nobody_claimed_are_found() {
    assert_eq!(broken_by(|e| e.run_changes.push(change(2, "held", "succeeded", "queued"))), [2]);
    assert_eq!(broken_by(|e| e.message_changes.push(change(1, "", "sent", "pending"))), [2]);
    assert_eq!(broken_by(|e| e.run_changes[1].attempt = 2), [2]);
}

#[test]
fn an_effect_that_is_missing_doubled_or_different_is_found() {
    assert_eq!(broken_by(|e| drop(e.steps.pop())), [3]);
    assert_eq!(broken_by(|e| e.steps.push(step(2, "seal"))), [3]);
    assert_eq!(broken_by(|e| e.loads[0].count_max = 2), [3]);
    assert_eq!(broken_by(|e| e.star = "t".to_owned()), [3]);
    assert_eq!(broken_by(|e| e.snapshots.push((date(), "x".to_owned()))), [3]);
}

#[test]
fn a_recipient_without_a_mail_and_a_mail_without_a_recipient_are_found() {
    assert_eq!(broken_by(|e| e.jobs[1].plan.recipients = &["a", "b"]), [4]);
    assert_eq!(broken_by(|e| e.jobs[1].plan.recipients = &[]), [4]);
    assert_eq!(broken_by(|e| message(e).rcpt = "b@example.com".to_owned()), [4, 5]);
}

#[test]
fn mail_that_the_ledger_and_the_server_tell_differently_is_found() {
    assert_eq!(broken_by(|e| e.accepted[0].message = "Message-ID: <2@example.com>".to_owned()), [5, 7]);
    assert_eq!(broken_by(|e| e.accepted.push(mail())), [6]);
    assert_eq!(broken_by(|e| e.accepted.clear()), [7]);
    let dead = |e: &mut Evidence| (message(e).state, message(e).attempt) = ("dead".to_owned(), 12);
    assert_eq!(broken_by(dead), [8]);
    let resent = |e: &mut Evidence| message(e).on_uncertain = "resend".to_owned();
    assert_eq!(
        broken_by(|e| {
            resent(e);
            e.accepted.push(mail());
        }),
        NOTHING
    );
    let uncertain = |e: &mut Evidence| message(e).state = "uncertain".to_owned();
    assert_eq!(
        broken_by(|e| {
            uncertain(e);
            e.accepted.clear();
        }),
        NOTHING
    );
    assert_eq!(
        broken_by(|e| {
            resent(e);
            uncertain(e);
            e.accepted.clear();
        }),
        [9]
    );
}

#[test]
fn a_death_without_a_reason_is_found_and_one_with_a_reason_is_not() {
    let dead = |e: &mut Evidence| {
        e.accepted.clear();
        message(e).state = "dead".to_owned();
    };
    assert_eq!(broken_by(dead), [10]);
    let refuse = |e: &mut Evidence| {
        message(e).smtp_code = Some(550);
        e.refused.push(Refused { rcpt: "a@example.com".to_owned(), line: "550 no" });
    };
    assert_eq!(
        broken_by(|e| {
            dead(e);
            refuse(e);
        }),
        NOTHING
    );
    assert_eq!(
        broken_by(|e| {
            dead(e);
            message(e).attempt = 12;
        }),
        NOTHING
    );
    assert_eq!(
        broken_by(|e| e.runs.push(Run { origin: "manual".to_owned(), state: "dead".to_owned(), ..run(3, "held") })),
        [10]
    );
}

#[test]
fn open_work_and_a_process_that_ended_by_itself_are_found() {
    assert_eq!(
        broken_by(|e| e.runs.push(Run { origin: "manual".to_owned(), state: "queued".to_owned(), ..run(3, "held") })),
        [11]
    );
    assert_eq!(broken_by(|e| message(e).state = "sending".to_owned()), [8, 11]);
    assert_eq!(broken_by(|e| e.accidents.push("a worker ended by itself".to_owned())), [11]);
}

#[test]
fn two_live_runs_of_a_job_and_a_step_of_a_lost_attempt_are_found() {
    assert_eq!(broken_by(|e| e.run_changes.insert(2, change(3, "nightly", "queued", "running"))), [12]);
    assert_eq!(broken_by(|e| e.steps[4].run_attempt = 2), [13]);
    assert_eq!(broken_by(|e| e.steps[4].run_state = "queued".to_owned()), [13]);
}
