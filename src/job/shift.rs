//! Slots that leave a day nobody works: the same local time of a neighbouring business day.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::base::period::plus_days;
use crate::job::Schedule;
use crate::job::days::{DayRule, Shift};

/// Business days looked at before the search gives up: every one that four years have, and more.
const LANDING_MAX: usize = 1_500;

impl Schedule {
    /// The first slot after `after` once every slot stands on a business day. Two that meet are one.
    ///
    /// Slots are collected by the day they land on, because their order changes on the way: Saturday's evening slot comes
    /// after Monday's morning slot when both run on Monday.
    pub(super) fn next_shifted(&self, rule: &DayRule, shift: Shift, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut landing = rule.calendar.business_day_from(self.local_date(after))?;
        for _ in 0..LANDING_MAX {
            let (first, last) = rule.sources(shift, landing)?;
            let sources = first.iter_days().take_while(|date| *date <= last);
            if let Some(slot) = sources.filter_map(|source| self.first_landed(source, landing, after)).min() {
                return Some(slot);
            }
            let next = self.next_naive(plus_days(last, 1).and_time(NaiveTime::MIN), true)?;
            landing = rule.landing(shift, next.date())?;
        }
        None
    }

    /// The first slot of `source` that lies after `after` once it has moved to `landing`.
    fn first_landed(&self, source: NaiveDate, landing: NaiveDate, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = self.local(after);
        let time = if local.date() == landing { local.time() } else { NaiveTime::MIN };
        let mut naive = self.next_naive(source.and_time(time), true)?;
        while naive.date() == source {
            let slot = self.resolve(landing.and_time(naive.time()));
            if slot > after {
                return Some(slot);
            }
            naive = self.next_naive(naive, false)?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::{Duration, TimeZone};
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::*;
    use crate::base::calendar::read_calendar;
    use crate::job::{Days, Dst};

    const ZONE: Tz = Tz::Europe__Berlin;
    const PATTERNS: [&str; 5] = ["0 7 * * *", "0 20 * * sat", "0 8,20 * * *", "0 7 1 * *", "30 6 25 12 *"];

    fn rule(shift: Shift) -> DayRule {
        let text = include_str!("../../jobs/calendar/de.toml");
        let calendar = read_calendar("de", "de.toml", text).expect("a calendar of ours");
        DayRule { days: Days::Business, shift: Some(shift), calendar }
    }

    fn slots(cron: &str, shift: Shift, after: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::parse(cron, ZONE, Dst::Wall).expect("a pattern").on_days(rule(shift));
        let mut after: DateTime<Utc> = after.parse().expect("an instant");
        (0..count)
            .map(|_| {
                after = schedule.next_after(after).expect("another slot");
                after.with_timezone(&ZONE).format("%a %m-%d %H:%M").to_string()
            })
            .collect()
    }

    #[test]
    fn a_slot_on_a_holiday_runs_at_the_same_local_time_of_the_next_business_day() {
        // 1 August 2026 is a Saturday, 1 November a Sunday, 1 January a holiday.
        let monthly = slots("0 7 1 * *", Shift::Next, "2026-07-15T00:00:00Z", 6);
        let expected = [
            "Mon 08-03 07:00",
            "Tue 09-01 07:00",
            "Thu 10-01 07:00",
            "Mon 11-02 07:00",
            "Tue 12-01 07:00",
            "Mon 01-04 07:00",
        ];
        assert_eq!(monthly, expected);
        let before = slots("0 7 1 * *", Shift::Previous, "2026-07-15T00:00:00Z", 2);
        assert_eq!(before, ["Fri 07-31 07:00", "Tue 09-01 07:00"]);
    }

    #[test]
    fn slots_that_meet_on_a_day_are_one() {
        let daily = slots("0 7 * * *", Shift::Next, "2026-12-24T00:00:00Z", 3);
        assert_eq!(daily, ["Thu 12-24 07:00", "Mon 12-28 07:00", "Tue 12-29 07:00"]);
    }

    /// Every slot of the plain schedule from 40 days before, moved by hand.
    fn oracle(cron: &str, shift: Shift, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let plain = Schedule::parse(cron, ZONE, Dst::Wall).expect("a pattern");
        let rule = rule(shift);
        let (mut at, until) = (after - Duration::days(40), after + Duration::days(430));
        let mut moved = BTreeSet::new();
        while let Some(slot) = plain.next_after(at).filter(|slot| *slot < until) {
            let local = slot.with_timezone(&ZONE).naive_local();
            let mut date = local.date();
            while !rule.calendar.is_business_day(date) {
                date = if shift == Shift::Next { date.succ_opt() } else { date.pred_opt() }.expect("a date");
            }
            moved.insert(ZONE.from_local_datetime(&date.and_time(local.time())).earliest().expect("no gap").to_utc());
            at = slot;
        }
        moved.into_iter().find(|slot| *slot > after)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn resuming_anywhere_finds_the_next_moved_slot(pattern in 0..PATTERNS.len(), hour in 0i64..40_000, is_next: bool) {
            let shift = if is_next { Shift::Next } else { Shift::Previous };
            let after = "2024-01-01T00:30:00Z".parse::<DateTime<Utc>>().expect("an instant") + Duration::hours(hour);
            let schedule = Schedule::parse(PATTERNS[pattern], ZONE, Dst::Wall).expect("a pattern").on_days(rule(shift));
            prop_assert_eq!(schedule.next_after(after), oracle(PATTERNS[pattern], shift, after));
        }
    }
}
