//! Which slots have passed, which of them still run, and for which business date. Pure.

use std::borrow::Cow;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::base::period::minus_days;
use crate::job::Schedule;

/// What happens to slots that passed while no worker ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatchupPolicy {
    /// The latest one runs.
    Latest,
    /// Every one runs, oldest first.
    All,
    /// None runs that is older than the grace.
    Skip,
}

impl CatchupPolicy {
    /// All policies by the name used in files and in the ledger.
    pub const NAMES: [(&'static str, CatchupPolicy); 3] =
        [("latest", CatchupPolicy::Latest), ("all", CatchupPolicy::All), ("skip", CatchupPolicy::Skip)];

    /// The policy's name.
    pub fn name(self) -> &'static str {
        match self {
            CatchupPolicy::Latest => "latest",
            CatchupPolicy::All => "all",
            CatchupPolicy::Skip => "skip",
        }
    }
}

/// The policy with its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Catchup {
    /// Which missed slots run.
    pub policy: CatchupPolicy,
    /// With [`CatchupPolicy::Skip`], a slot younger than this is not missed.
    pub grace: Duration,
    /// A slot older than this never runs.
    pub window: Duration,
}

/// How a slot's business date follows from its local date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateRule {
    /// The day before: the last complete one.
    Yesterday,
    /// The slot's own day, for jobs that run after the close of business.
    Today,
}

impl DateRule {
    /// The business date of a slot.
    pub fn business_date(self, schedule: &Schedule, slot: DateTime<Utc>) -> NaiveDate {
        let local_date = schedule.local_date(slot);
        match self {
            DateRule::Yesterday => minus_days(local_date, 1),
            DateRule::Today => local_date,
        }
    }
}

/// A slot that has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSlot {
    /// The instant.
    pub scheduled_for: DateTime<Utc>,
    /// Why it does not run; `None` when it does.
    pub skip_reason: Option<Cow<'static, str>>,
}

/// The slots between a cursor and now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Oldest first.
    pub slots: Vec<PlannedSlot>,
    /// The new cursor: the last slot, or the old cursor.
    pub cursor_at: DateTime<Utc>,
    /// The first slot after the new cursor; not later than now when the limit cut the plan.
    pub next_at: Option<DateTime<Utc>>,
}

/// Slots planned at once: a job of every second that slept for an hour takes four ticks.
const SLOT_MAX: usize = 1_000;

/// Every slot in `(cursor_at, now]`, each either to run or with the reason why not: the calendar's first, then the
/// policy's. A slot that the calendar skips does not make the one before it an older one.
pub fn plan_slots(schedule: &Schedule, catchup: &Catchup, cursor_at: DateTime<Utc>, now: DateTime<Utc>) -> Plan {
    let mut passed: Vec<(DateTime<Utc>, Option<String>)> = Vec::new();
    let mut cursor_at = cursor_at;
    let mut next_at = schedule.next_after(cursor_at);
    while let Some(slot) = next_at.filter(|slot| *slot <= now && passed.len() < SLOT_MAX) {
        next_at = schedule.next_after(slot);
        passed.push((slot, schedule.off_reason(slot)));
        cursor_at = slot;
    }
    let is_cut = next_at.is_some_and(|next| next <= now);
    let latest = match is_cut && schedule.runs_within(cursor_at, now) {
        true => None,
        false => passed.iter().rev().find(|(_, off)| off.is_none()).map(|(slot, _)| *slot),
    };
    let planned = |(slot, off): (DateTime<Utc>, Option<String>)| {
        let missed = || skip_reason(catchup, now, slot, latest == Some(slot)).map(Cow::Borrowed);
        PlannedSlot { scheduled_for: slot, skip_reason: off.map(Cow::Owned).or_else(missed) }
    };
    Plan { slots: passed.into_iter().map(planned).collect(), cursor_at, next_at }
}

fn skip_reason(catchup: &Catchup, now: DateTime<Utc>, slot: DateTime<Utc>, is_latest: bool) -> Option<&'static str> {
    let age = (now - slot).to_std().unwrap_or_default();
    if age > catchup.window {
        return Some("missed: older than the catch-up window");
    }
    match catchup.policy {
        CatchupPolicy::All => None,
        CatchupPolicy::Latest if is_latest => None,
        CatchupPolicy::Latest => Some("missed: a later slot has passed too, and catch-up is latest"),
        CatchupPolicy::Skip if age <= catchup.grace => None,
        CatchupPolicy::Skip => Some("missed: older than the grace, and catch-up is skip"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::Weekday;
    use chrono_tz::Tz;

    use super::*;
    use crate::base::Calendar;
    use crate::job::{DayRule, Days, Dst};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn plan(policy: CatchupPolicy, cron: &str, now: &str) -> Plan {
        let schedule = Schedule::parse(cron, Tz::UTC, Dst::Wall).expect("a pattern");
        let catchup = Catchup { policy, grace: Duration::from_secs(300), window: Duration::from_secs(5 * 86_400) };
        plan_slots(&schedule, &catchup, at("2026-11-01T02:00:00Z"), at(now))
    }

    fn running(plan: &Plan) -> Vec<String> {
        let due = plan.slots.iter().filter(|s| s.skip_reason.is_none());
        due.map(|s| s.scheduled_for.format("%d").to_string()).collect()
    }

    #[test]
    fn after_a_week_asleep_each_policy_runs_what_it_says_and_shows_the_rest() {
        let now = "2026-11-08T02:01:00Z";
        assert_eq!(running(&plan(CatchupPolicy::All, "0 2 * * *", now)), ["04", "05", "06", "07", "08"]);
        assert_eq!(running(&plan(CatchupPolicy::Latest, "0 2 * * *", now)), ["08"]);
        assert_eq!(running(&plan(CatchupPolicy::Skip, "0 2 * * *", now)), ["08"]);
        let late = plan(CatchupPolicy::Skip, "0 2 * * *", "2026-11-08T02:06:00Z");
        assert!(running(&late).is_empty());
        assert_eq!(late.slots.len(), 7, "a slot that does not run is still a visible row");
    }

    #[test]
    fn a_cut_plan_never_takes_its_own_end_for_the_latest_slot() {
        let cut = plan(CatchupPolicy::Latest, "* * * * * *", "2026-11-01T03:00:00Z");
        assert_eq!(cut.slots.len(), SLOT_MAX);
        assert!(running(&cut).is_empty());
        assert_eq!(cut.next_at, Some(at("2026-11-01T02:16:41Z")));
    }

    #[test]
    fn a_day_off_is_skipped_with_its_reason_and_fridays_slot_stays_the_latest() {
        let calendar =
            Calendar { name: "plain".to_owned(), weekend: vec![Weekday::Sat, Weekday::Sun], holidays: vec![] };
        let rule = DayRule { days: Days::Business, shift: None, calendar };
        let schedule = Schedule::parse("0 2 * * *", Tz::UTC, Dst::Wall).expect("a pattern").on_days(rule);
        let (grace, window) = (Duration::from_secs(300), Duration::from_secs(30 * 86_400));
        let latest = Catchup { policy: CatchupPolicy::Latest, grace, window };
        // Asleep from Wednesday 4 November to Sunday the 8th.
        let plan = plan_slots(&schedule, &latest, at("2026-11-04T02:00:00Z"), at("2026-11-08T12:00:00Z"));
        assert_eq!(running(&plan), ["06"]);
        let reason = "7 November 2026 is no business day: Saturday (calendar plain)";
        assert_eq!(plan.slots[2].skip_reason.as_deref(), Some(reason));
        // The plan is cut after Friday: what is left are days off.
        let busy = Schedule::parse("0 * * * * *", Tz::UTC, Dst::Wall).expect("a pattern");
        let busy = busy.on_days(schedule.days().expect("a rule").clone());
        let from = at("2026-11-06T23:58:00Z");
        let cut = plan_slots(&busy, &latest, from, at("2026-11-08T12:00:00Z"));
        assert_eq!((cut.slots.len(), cut.slots[0].skip_reason.as_deref()), (SLOT_MAX, None));
        assert!(running(&plan_slots(&busy, &latest, from, at("2026-11-09T00:01:00Z"))).is_empty());
    }

    #[test]
    fn a_clock_that_went_back_plans_nothing() {
        let back = plan(CatchupPolicy::All, "0 2 * * *", "2026-10-30T00:00:00Z");
        assert_eq!((back.slots.len(), back.cursor_at), (0, at("2026-11-01T02:00:00Z")));
    }

    #[test]
    fn the_business_date_follows_the_local_date_of_the_slot() {
        let schedule = Schedule::parse("0 1 * * *", Tz::Asia__Tokyo, Dst::Wall).expect("a pattern");
        let slot = at("2026-11-01T16:00:00Z");
        assert_eq!(DateRule::Yesterday.business_date(&schedule, slot).to_string(), "2026-11-01");
        assert_eq!(DateRule::Today.business_date(&schedule, slot).to_string(), "2026-11-02");
    }
}
