//! The checker: from what was left behind to what must not be. Pure, so that its own tests can show that it fails.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::NaiveDate;

use super::evidence::{Alert, Evidence, Message, Run};
use super::plan::{JobPlan, address};

/// A broken invariant and the rows that show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// 1 to 13, as in the design of schedules.
    pub invariant: u8,
    /// The rows, in words.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "I{}: {}", self.invariant, self.what)
    }
}

/// Everything that is wrong; nothing when all invariants hold.
pub fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    slots_are_runs(evidence, &mut found);
    changes_are_legal(evidence, &mut found);
    a_success_has_its_effects_once(evidence, &mut found);
    the_numbers_are_the_undisturbed_ones(evidence, &mut found);
    editions_reach_their_recipients(evidence, &mut found);
    mail_and_ledger_agree(evidence, &mut found);
    calls_and_ledger_agree(evidence, &mut found);
    alerts_are_told_once(evidence, &mut found);
    nothing_dies_without_a_reason(evidence, &mut found);
    everything_has_come_to_rest(evidence, &mut found);
    a_job_has_one_live_run(evidence, &mut found);
    no_step_is_of_a_lost_attempt(evidence, &mut found);
    found
}

fn violate(found: &mut Vec<Violation>, invariant: u8, what: String) {
    found.push(Violation { invariant, what });
}

/// I1: occurrences in (start, cursor] = runs of the schedule.
fn slots_are_runs(evidence: &Evidence, found: &mut Vec<Violation>) {
    for job in &evidence.jobs {
        let name = job.plan.name;
        let due: BTreeSet<_> = job.plan.cron.slots(job.started_at, job.cursor_at).into_iter().collect();
        let runs = evidence.runs.iter().filter(|run| run.job_id == name && run.origin == "cron");
        let runs: Vec<_> = runs.map(|run| run.scheduled_for).collect();
        for slot in &due {
            match runs.iter().filter(|run| *run == slot).count() {
                1 => {}
                count => violate(found, 1, format!("{name}: the slot {slot} has {count} runs")),
            }
        }
        for slot in runs.iter().filter(|slot| !due.contains(slot)) {
            violate(found, 1, format!("{name}: a run for {slot}, which is no slot up to the cursor"));
        }
    }
}

/// I2: legal states only, and an attempt is counted by a claim and by nothing else.
fn changes_are_legal(evidence: &Evidence, found: &mut Vec<Violation>) {
    const RUN: [(&str, &str); 8] = [
        ("", "queued"),
        ("", "skipped"),
        ("queued", "running"),
        ("queued", "dead"),
        ("queued", "cancelled"),
        ("running", "queued"),
        ("running", "succeeded"),
        ("running", "dead"),
    ];
    const MESSAGE: [(&str, &str); 10] = [
        ("", "pending"),
        ("", "suppressed"),
        ("pending", "sending"),
        ("pending", "dead"),
        // The inbox was refused for good in another message meanwhile.
        ("pending", "suppressed"),
        ("sending", "pending"),
        ("sending", "sent"),
        ("sending", "uncertain"),
        ("sending", "dead"),
        ("uncertain", "sent"),
    ];
    let run_changes = evidence.run_changes.iter().map(|change| ("run", "running", change, &RUN[..]));
    let message_changes = evidence.message_changes.iter().map(|change| ("message", "sending", change, &MESSAGE[..]));
    for (kind, taken, change, legal) in run_changes.chain(message_changes) {
        let was = change.was.as_deref().unwrap_or_default();
        let is_claim = !was.is_empty() && change.state == taken;
        let step = change.attempt - change.was_attempt.unwrap_or_default();
        if !legal.contains(&(was, change.state.as_str())) || step != i32::from(is_claim) {
            let (id, state) = (change.id, &change.state);
            violate(found, 2, format!("{kind} {id}: from {was:?} to {state:?}, attempt {} (+{step})", change.attempt));
        }
    }
}

/// I3: one effect per success: each step once, each load counted once, none of a run that is known to have failed.
fn a_success_has_its_effects_once(evidence: &Evidence, found: &mut Vec<Violation>) {
    for run in &evidence.runs {
        let steps: Vec<&str> =
            evidence.steps.iter().filter(|s| s.run_id == run.run_id).map(|s| s.step.as_str()).collect();
        let mut sorted = steps.clone();
        sorted.sort_unstable();
        let Some(plan) = plan_of(evidence, run) else { continue };
        let expected: &[&str] =
            if plan.is_night { &["cube-promenade", "load-promenade", "publish-promenade"] } else { &["post", "seal"] };
        let is_right = match run.state.as_str() {
            "succeeded" => sorted == expected,
            _ => sorted.iter().all(|step| expected.contains(step)) && sorted.windows(2).all(|w| w[0] != w[1]),
        };
        if !is_right {
            violate(found, 3, format!("run {} ({}, {}) has the steps {steps:?}", run.run_id, run.job_id, run.state));
        }
        let load_count = evidence.loads.iter().find(|l| l.run_id == run.run_id).map_or(0, |l| l.count_max);
        let has_loaded = steps.iter().any(|step| step.starts_with("load-"));
        if load_count != i64::from(has_loaded) {
            violate(found, 3, format!("run {} ({}) was loaded {load_count} times", run.run_id, run.job_id));
        }
    }
}

/// I3 as the star and the published numbers show it.
fn the_numbers_are_the_undisturbed_ones(evidence: &Evidence, found: &mut Vec<Violation>) {
    let Some(undisturbed) = &evidence.undisturbed else { return };
    let differing = |left: &str, right: &str| {
        let lines = left.lines().zip(right.lines()).filter(|(l, r)| l != r);
        lines.map(|(l, r)| format!("{l} instead of {r}")).collect::<Vec<_>>().join(", ")
    };
    if evidence.star != undisturbed.star {
        violate(found, 3, format!("the star differs: {}", differing(&evidence.star, &undisturbed.star)));
    }
    let nights = evidence.runs.iter().filter(|run| run.state == "succeeded");
    let nights = nights.filter(|run| plan_of(evidence, run).is_some_and(|plan| plan.is_night));
    let dates: BTreeSet<_> = nights.map(|run| run.business_date).collect();
    for date in dates {
        let of_date = |(d, _): &&(NaiveDate, String)| *d == date;
        let published: Vec<&str> =
            evidence.snapshots.iter().filter(of_date).map(|(_, digest)| digest.as_str()).collect();
        let ought = undisturbed.snapshots.iter().find(of_date).map(|(_, digest)| digest.as_str());
        if published.len() != 1 || ought.is_some_and(|ought| published != [ought]) {
            violate(found, 3, format!("published for {date}: {published:?} instead of {ought:?}"));
        }
    }
}

/// I3 and I4: a report that succeeded has one edition of its date, and its mail goes to the recipients and nobody else.
fn editions_reach_their_recipients(evidence: &Evidence, found: &mut Vec<Violation>) {
    let reports = evidence.runs.iter().filter(|run| run.state == "succeeded");
    let reports = reports.filter(|run| plan_of(evidence, run).is_some_and(|plan| !plan.is_night));
    let dates: BTreeSet<_> = reports.map(|run| (run.job_id.as_str(), run.business_date)).collect();
    let mut expected: BTreeMap<String, usize> = BTreeMap::new();
    for (job, date) in dates {
        let editions = evidence.editions.iter().filter(|e| e.job_id == job && e.business_date == date);
        let slots: Vec<_> = editions.map(|e| e.scheduled_for.to_rfc3339()).collect();
        if slots.len() != 1 {
            violate(found, 3, format!("{job} for {date} has {} editions", slots.len()));
        }
        let plan = evidence.jobs.iter().map(|j| j.plan).find(|plan| plan.name == job).expect("a job of the plan");
        for (slot, name) in slots.iter().flat_map(|slot| plan.recipients.iter().map(move |name| (slot, name))) {
            expected.insert(format!("{job}|{slot}|{}", address(name)), 0);
        }
    }
    for message in evidence.messages.iter().filter(|message| !message.dedupe_key.starts_with("alert.")) {
        match expected.get_mut(&message.dedupe_key) {
            Some(count) if message.dedupe_key.ends_with(&format!("|{}", message.rcpt)) => *count += 1,
            // A run that has not succeeded yet has mail too, when it died between its last step and its end.
            _ if is_open_edition(evidence, message) => {}
            _ => violate(found, 4, format!("message {} is for nobody: {}", message.message_id, message.dedupe_key)),
        }
    }
    for (key, count) in expected.into_iter().filter(|(_, count)| *count != 1) {
        violate(found, 4, format!("{count} messages for {key}"));
    }
}

fn is_open_edition(evidence: &Evidence, message: &Message) -> bool {
    let job = message.dedupe_key.split('|').next().unwrap_or_default();
    evidence.runs.iter().any(|run| run.job_id == job && matches!(run.state.as_str(), "queued" | "running" | "dead"))
}

/// I4 to I8 for the receivers of calls: each edition is told to each of them, and what arrived and the ledger agree.
fn calls_and_ledger_agree(evidence: &Evidence, found: &mut Vec<Violation>) {
    let (count, expected) = (evidence.calls.len(), evidence.hook_count * evidence.editions.len());
    if count != expected {
        violate(found, 4, format!("{count} calls of {expected}"));
    }
    for id in evidence.received.iter().filter(|id| !evidence.calls.iter().any(|call| call.rfc_message_id == **id)) {
        violate(found, 5, format!("a call arrived without a row: {id}"));
    }
    for call in &evidence.calls {
        let count = evidence.received.iter().filter(|id| **id == call.rfc_message_id).count();
        let (id, state, is_held) = (call.message_id, call.state.as_str(), call.on_uncertain == "hold");
        let about = || format!("call {id} ({}, {state}) arrived {count} times", call.on_uncertain);
        if is_held && count > 1 {
            violate(found, 6, about());
        }
        if state == "sent" && count == 0 {
            violate(found, 7, about());
        }
        if count > 0 && !matches!(state, "sent" | "uncertain") {
            violate(found, 8, about());
        }
        if matches!(state, "pending" | "sending") {
            violate(found, 11, about());
        }
    }
}

/// I3 for alerts: one mail for the beginning of each and one for its end.
fn alerts_are_told_once(evidence: &Evidence, found: &mut Vec<Violation>) {
    for alert in &evidence.alerts {
        if alert.opened_count != 1 || alert.closed_count != i64::from(alert.is_closed) {
            let Alert { alert_id, is_closed, opened_count, closed_count } = alert;
            let what = format!(
                "alert {alert_id} (closed: {is_closed}) told {opened_count} times, its end {closed_count} times"
            );
            violate(found, 3, what);
        }
    }
}

/// I5 to I9: what the server accepted and what the ledger says of it.
fn mail_and_ledger_agree(evidence: &Evidence, found: &mut Vec<Violation>) {
    let mut accepted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for mail in &evidence.accepted {
        let id = mail.message.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or_default();
        accepted.entry(id).or_default().push(&mail.rcpt);
    }
    for (id, rcpts) in &accepted {
        let row = evidence.messages.iter().find(|m| m.rfc_message_id == *id);
        if row.is_none_or(|row| rcpts.iter().any(|rcpt| *rcpt != row.rcpt)) {
            violate(found, 5, format!("accepted for {rcpts:?} without a row of that recipient: {id}"));
        }
    }
    for message in &evidence.messages {
        let count = accepted.get(message.rfc_message_id.as_str()).map_or(0, Vec::len);
        let is_resent = message.on_uncertain == "resend";
        let state = message.state.as_str();
        let about =
            || format!("message {} ({}, {state}) accepted {count} times", message.message_id, message.on_uncertain);
        if !is_resent && count > 1 {
            violate(found, 6, about());
        }
        if state == "sent" && count == 0 {
            violate(found, 7, about());
        }
        // A resend that is refused after an acceptance nobody heard of ends dead, with the refusal as its reason.
        let is_accounted = matches!(state, "sent" | "uncertain") || is_resent && state == "dead";
        if count > 0 && !is_accounted {
            violate(found, 8, about());
        }
        if is_resent && count == 0 && !matches!(state, "dead" | "suppressed") {
            violate(found, 9, about());
        }
    }
}

/// I10: dead is what was refused for good, what used up its attempts, or what nothing could mend.
fn nothing_dies_without_a_reason(evidence: &Evidence, found: &mut Vec<Violation>) {
    for message in evidence.messages.iter().filter(|m| m.state == "dead") {
        let has_refusal = |refused: &crate::delivery::smtp_server::Refused| {
            refused.line.starts_with('5') && [message.rcpt.as_str(), ""].contains(&refused.rcpt.as_str())
        };
        let is_refused = message.smtp_code.is_some_and(|code| code >= 500) && evidence.refused.iter().any(has_refusal);
        if !is_refused && message.attempt < message.attempt_max {
            let words = message.smtp_text.as_deref().unwrap_or_default();
            let (id, attempt, max) = (message.message_id, message.attempt, message.attempt_max);
            violate(found, 10, format!("message {id} is dead at attempt {attempt} of {max}: {words}"));
        }
    }
    for run in evidence.runs.iter().filter(|run| run.state == "dead") {
        let words = run.last_error.as_deref().unwrap_or_default();
        // The only failure in the harnesses that trying again cannot mend.
        let is_final = words.contains("no snapshot was published for");
        if !is_final && run.attempt < run.attempt_max {
            let (id, job, attempt, max) = (run.run_id, &run.job_id, run.attempt, run.attempt_max);
            violate(found, 10, format!("run {id} ({job}) is dead at attempt {attempt} of {max}: {words}"));
        }
    }
}

/// I11: quiescence, and no process that ended by itself.
fn everything_has_come_to_rest(evidence: &Evidence, found: &mut Vec<Violation>) {
    for run in evidence.runs.iter().filter(|run| matches!(run.state.as_str(), "queued" | "running")) {
        let words = run.last_error.as_deref().unwrap_or_default();
        violate(found, 11, format!("run {} ({}) is still {}: {words}", run.run_id, run.job_id, run.state));
    }
    for message in evidence.messages.iter().filter(|m| matches!(m.state.as_str(), "pending" | "sending")) {
        let words = message.smtp_text.as_deref().unwrap_or_default();
        violate(found, 11, format!("message {} is still {}: {words}", message.message_id, message.state));
    }
    for accident in &evidence.accidents {
        violate(found, 11, accident.clone());
    }
}

/// I12: at most one live run a job, at every moment.
fn a_job_has_one_live_run(evidence: &Evidence, found: &mut Vec<Violation>) {
    let mut live: BTreeMap<&str, i64> = BTreeMap::new();
    for change in &evidence.run_changes {
        let holder = live.get(change.job_id.as_str()).copied();
        if change.state == "running" {
            if let Some(other) = holder.filter(|other| *other != change.id) {
                violate(found, 12, format!("{}: run {} starts while {other} is live", change.job_id, change.id));
            }
            live.insert(&change.job_id, change.id);
        } else if holder == Some(change.id) {
            live.remove(change.job_id.as_str());
        }
    }
}

/// I13: no step from a superseded attempt.
fn no_step_is_of_a_lost_attempt(evidence: &Evidence, found: &mut Vec<Violation>) {
    for step in &evidence.steps {
        if step.attempt != step.run_attempt || step.run_state != "running" {
            let (id, name, attempt) = (step.run_id, &step.step, step.attempt);
            let (now, state) = (step.run_attempt, &step.run_state);
            let what = format!("run {id}: step {name} of attempt {attempt} committed when attempt {now} was {state}");
            violate(found, 13, what);
        }
    }
}

fn plan_of(evidence: &Evidence, run: &Run) -> Option<JobPlan> {
    evidence.jobs.iter().map(|job| job.plan).find(|plan| plan.name == run.job_id)
}
