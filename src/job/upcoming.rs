//! The next slots of a job as people see them: local and UTC, what the calendar and the clocks do to each. Pure.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use serde::Serialize;

use crate::base::period::plus_days;
use crate::job::{Job, Shift};

/// A slot that is still to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Upcoming {
    /// The instant.
    pub slot: DateTime<Utc>,
    /// The same in the job's zone, with its offset: `Mon 2026-11-30 07:00 +01:00`.
    pub local: String,
    /// The date it works for.
    pub business_date: NaiveDate,
    /// Whether it runs; a calendar may skip it.
    pub is_run: bool,
    /// What a person would wonder about: a skipped or moved day, a change of the clocks.
    pub notes: Vec<String>,
}

/// The next `count` slots after `after`, those that the calendar skips among them.
pub fn upcoming(job: &Job, after: DateTime<Utc>, count: usize) -> Vec<Upcoming> {
    let (mut found, mut before): (Vec<Upcoming>, _) = (Vec::new(), after);
    while found.len() < count {
        let Some(slot) = job.schedule.next_after(before) else { break };
        let local = slot.with_timezone(&job.zone);
        let off = job.schedule.off_reason(slot);
        let mut notes: Vec<String> = off.iter().map(|reason| format!("does not run: {reason}")).collect();
        notes.extend(moved_note(job, slot));
        notes.extend(clock_note(job, before, slot));
        found.push(Upcoming {
            slot,
            local: local.format("%a %Y-%m-%d %H:%M %:z").to_string(),
            business_date: job.spec.date.business_date(&job.schedule, slot),
            is_run: off.is_none(),
            notes,
        });
        before = slot;
    }
    found
}

/// From which days a slot moved here, with the reason they are off.
fn moved_note(job: &Job, slot: DateTime<Utc>) -> Option<String> {
    let rule = job.schedule.days()?;
    let shift: Shift = rule.shift?;
    let landing = job.schedule.local_date(slot);
    let (first, last) = rule.sources(shift, landing)?;
    let time = job.schedule.local(slot).time();
    let has_slot = |date: &NaiveDate| job.schedule.next_naive(date.and_time(time), true) == Some(date.and_time(time));
    let from: Vec<String> = first
        .iter_days()
        .take_while(|date| *date <= last)
        .filter(|date| *date != landing && has_slot(date))
        .map(|date| {
            let reason = rule.calendar.off_reason(date).unwrap_or_default();
            format!("{} ({reason})", date.format("%a %-d %b"))
        })
        .collect();
    (!from.is_empty()).then(|| format!("moved here from {}", from.join(", ")))
}

/// What the zone's clocks do between two slots, or to this one.
fn clock_note(job: &Job, before: DateTime<Utc>, slot: DateTime<Utc>) -> Option<String> {
    let local = job.schedule.local(slot);
    // The time of day the pattern asks for, on the same day.
    let asked = asked_time(job, local.date());
    if let Some(asked) = asked.filter(|asked| matches!(job.zone.from_local_datetime(asked), LocalResult::None)) {
        return Some(format!("the clocks skip {}: it runs at {}", asked.format("%H:%M"), local.format("%H:%M")));
    }
    if matches!(job.zone.from_local_datetime(&local), LocalResult::Ambiguous(..)) {
        return Some(format!("the clocks pass {} twice: it runs the first time", local.format("%H:%M")));
    }
    let offset = |at: DateTime<Utc>| at.with_timezone(&job.zone).offset().fix().local_minus_utc();
    let minutes = (offset(slot) - offset(before)) / 60;
    match minutes {
        0 => None,
        _ => {
            let way = if minutes > 0 { "forward" } else { "back" };
            Some(format!("the clocks have gone {way} by {} min since the slot before", minutes.abs()))
        }
    }
}

/// The first time of a day that the pattern matches, whether the clocks show it or not.
fn asked_time(job: &Job, date: NaiveDate) -> Option<NaiveDateTime> {
    let first = job.schedule.next_naive(date.and_time(chrono::NaiveTime::MIN), true)?;
    (first.date() == date && first < plus_days(date, 1).and_time(chrono::NaiveTime::MIN)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Calendars, Kind, read_job};

    fn notes(text: &str, after: &str, count: usize) -> Vec<String> {
        let job = read_job(Kind::Pipeline, "j", "j.toml", text).expect("a job");
        told(&job, after, count)
    }

    fn told(job: &Job, after: &str, count: usize) -> Vec<String> {
        let found = upcoming(job, after.parse().expect("an instant"), count);
        found.iter().map(|u| format!("{} | {}", u.local, u.notes.join("; "))).collect()
    }

    #[test]
    fn a_time_the_clocks_skip_or_pass_twice_is_marked() {
        let text = "cron = \"30 2 * * *\"\nzone = \"Europe/Berlin\"";
        assert_eq!(
            notes(text, "2026-03-27T12:00:00Z", 3),
            [
                "Sat 2026-03-28 02:30 +01:00 | ",
                "Sun 2026-03-29 03:00 +02:00 | the clocks skip 02:30: it runs at 03:00",
                "Mon 2026-03-30 02:30 +02:00 | ",
            ]
        );
        let autumn = notes(text, "2026-10-24T12:00:00Z", 1);
        assert_eq!(autumn, ["Sun 2026-10-25 02:30 +02:00 | the clocks pass 02:30 twice: it runs the first time"]);
        let weekly = notes("cron = \"0 7 * * mon\"\nzone = \"Europe/Berlin\"", "2026-03-24T12:00:00Z", 1);
        assert_eq!(
            weekly,
            ["Mon 2026-03-30 07:00 +02:00 | the clocks have gone forward by 60 min since the slot before"]
        );
    }

    #[test]
    fn a_holiday_that_skips_or_moves_a_slot_is_named() {
        let calendar =
            crate::base::calendar::read_calendar("de", "de.toml", include_str!("../../jobs/calendar/de.toml"));
        let calendars = Calendars::from([("de".to_owned(), calendar.expect("a calendar of ours"))]);
        let job = |shift: &str| {
            let text = format!("cron = \"0 7 * * mon\"\ncalendar = \"de\"\n{shift}");
            let file = crate::job::file::JobFile {
                kind: Kind::Pipeline,
                name: "j",
                file: "j.toml",
                text: &text,
                catalog: &crate::metric::Catalog::built_in(),
            };
            crate::job::file::read_job_file(&file, &calendars).expect("a job")
        };
        // Easter Monday 2027.
        let skipped = told(&job(""), "2027-03-27T12:00:00Z", 1);
        assert!(skipped[0].contains("2027-03-29") && skipped[0].contains("does not run: 29 March 2027"), "{skipped:?}");
        let moved = told(&job("shift = \"next\""), "2027-03-27T12:00:00Z", 1);
        assert!(moved[0].starts_with("Tue 2027-03-30 07:00"), "{moved:?}");
        assert!(moved[0].contains("moved here from Mon 29 Mar ("), "{moved:?}");
    }
}
