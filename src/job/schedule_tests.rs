//! Schedules against an oracle that knows nothing of cron: every second or minute is asked for its local time.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::schedule::{Dst, Schedule};

/// Zones with ordinary rules, half-hour and southern ones, one that leaves summer time for Ramadan.
const ZONES: [Tz; 7] = [
    Tz::UTC,
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::Australia__Lord_Howe,
    Tz::Africa__Casablanca,
    Tz::America__Santiago,
    Tz::Asia__Kathmandu,
];

/// Patterns with the times of day they mean, in minutes.
fn patterns() -> [(&'static str, Vec<u32>); 4] {
    [
        ("30 2 * * *", vec![150]),
        ("30 0,2,14 * * *", vec![30, 150, 870]),
        ("0,30 0-3 * * *", (0..8).map(|i| i * 30).collect()),
        ("0 15 * * * *", (0..24).map(|i| i * 60 + 15).collect()),
    ]
}

fn schedule(cron: &str, zone: Tz, dst: Dst) -> Schedule {
    Schedule::parse(cron, zone, dst).expect("a pattern")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn local_times(cron: &str, zone: Tz, dst: Dst, after: &str, count: usize) -> Vec<String> {
    let schedule = schedule(cron, zone, dst);
    let mut after = at(after);
    (0..count)
        .map(|_| {
            after = schedule.next_after(after).expect("another slot");
            after.with_timezone(&zone).format("%d %H:%M%z").to_string()
        })
        .collect()
}

/// Every wall slot of `[from, until]` by scanning each day minute by minute for the first instant at or after it.
fn wall_oracle(zone: Tz, minutes: &[u32], from: DateTime<Utc>, until: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
    let mut slots = BTreeSet::new();
    let mut date = from.date_naive() - Duration::days(2);
    while date <= until.date_naive() + Duration::days(2) {
        for minute in minutes {
            let naive = date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0).expect("a time"));
            slots.insert(match zone.from_local_datetime(&naive).earliest() {
                Some(exact) => exact.with_timezone(&Utc),
                None => {
                    let mut scan = Utc.from_utc_datetime(&naive) - Duration::hours(16);
                    while scan.with_timezone(&zone).naive_local() <= naive {
                        scan += Duration::minutes(1);
                    }
                    scan
                }
            });
        }
        date = date.succ_opt().expect("a day after");
    }
    slots.into_iter().filter(|slot| *slot > from && *slot <= until).collect()
}

/// Every minute of `(from, until]` whose local time of day is one of `minutes`.
fn elapsed_oracle(zone: Tz, minutes: &[u32], from: DateTime<Utc>, until: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
    let count = (until - from).num_minutes();
    (1..=count)
        .map(|i| from + Duration::minutes(i))
        .filter(|slot| {
            let local = slot.with_timezone(&zone);
            minutes.contains(&(local.hour() * 60 + local.minute())) && local.second() == 0
        })
        .collect()
}

fn slots(schedule: &Schedule, from: DateTime<Utc>, until: DateTime<Utc>) -> BTreeSet<DateTime<Utc>> {
    let mut found = BTreeSet::new();
    let mut after = from;
    while let Some(slot) = schedule.next_after(after).filter(|slot| *slot <= until) {
        assert!(slot > after, "slots only grow");
        found.insert(slot);
        after = slot;
    }
    found
}

/// The midnight (UTC) before each change of the clocks in 2026, or new year where they never change.
fn clock_changes(zone: Tz) -> Vec<DateTime<Utc>> {
    let offset = |at: DateTime<Utc>| at.with_timezone(&zone).offset().fix();
    let days = (0..365).map(|day| at("2026-01-01T00:00:00Z") + Duration::days(day));
    let changes: Vec<_> = days.filter(|day| offset(*day) != offset(*day + Duration::days(1))).collect();
    if changes.is_empty() { vec![at("2026-01-01T00:00:00Z")] } else { changes }
}

#[test]
fn wall_slots_equal_the_oracle_over_a_year_of_every_named_zone() {
    let (from, until) = (at("2026-01-01T00:00:00Z"), at("2026-12-31T00:00:00Z"));
    for zone in ZONES {
        for (cron, minutes) in patterns() {
            let found = slots(&schedule(cron, zone, Dst::Wall), from, until);
            assert_eq!(found, wall_oracle(zone, &minutes, from, until), "{zone} {cron}");
        }
    }
}

#[test]
fn elapsed_slots_equal_the_oracle_around_every_change_of_the_clocks() {
    for zone in ZONES {
        for (cron, minutes) in patterns() {
            let schedule = schedule(cron, zone, Dst::Elapsed);
            for from in clock_changes(zone) {
                let until = from + Duration::days(3);
                let expected = elapsed_oracle(zone, &minutes, from, until);
                assert_eq!(slots(&schedule, from, until), expected, "{zone} {cron} {from}");
            }
        }
    }
}

#[test]
fn in_the_spring_gap_of_berlin_and_new_york_a_slot_comes_right_after_it() {
    let berlin = local_times("30 2 * * *", Tz::Europe__Berlin, Dst::Wall, "2026-03-28T12:00:00Z", 2);
    assert_eq!(berlin, ["29 03:00+0200", "30 02:30+0200"]);
    let new_york = local_times("30 2 * * *", Tz::America__New_York, Dst::Wall, "2026-03-07T17:00:00Z", 2);
    assert_eq!(new_york, ["08 03:00-0400", "09 02:30-0400"]);
}

#[test]
fn in_the_autumn_overlap_a_time_of_day_comes_once_and_an_interval_all_the_time() {
    let once = local_times("30 2 * * *", Tz::Europe__Berlin, Dst::Wall, "2026-10-24T12:00:00Z", 2);
    assert_eq!(once, ["25 02:30+0200", "26 02:30+0100"]);
    let always = local_times("*/30 * * * *", Tz::Europe__Berlin, Dst::Elapsed, "2026-10-25T00:00:00Z", 4);
    assert_eq!(always, ["25 02:30+0200", "25 02:00+0100", "25 02:30+0100", "25 03:00+0100"]);
}

#[test]
fn lord_howe_shifts_by_half_an_hour() {
    let gap = local_times("15 2 * * *", Tz::Australia__Lord_Howe, Dst::Wall, "2026-10-03T00:00:00Z", 2);
    assert_eq!(gap, ["04 02:30+1100", "05 02:15+1100"]);
}

#[test]
fn where_midnight_does_not_exist_the_day_still_has_its_slot() {
    let santiago = local_times("0 0 * * *", Tz::America__Santiago, Dst::Wall, "2026-09-05T12:00:00Z", 2);
    assert_eq!(santiago, ["06 01:00-0300", "07 00:00-0300"]);
}

#[test]
fn a_yearly_interval_slot_in_the_overlap_is_not_lost_behind_a_year() {
    let twice = local_times("15 2 25 10 *", Tz::Europe__Berlin, Dst::Elapsed, "2026-10-25T00:45:00Z", 2);
    assert_eq!(twice, ["25 02:15+0100", "25 02:15+0200"]);
}

#[test]
fn a_cursor_between_two_seconds_does_not_repeat_or_skip() {
    let schedule = schedule("* * * * * *", Tz::Europe__Berlin, Dst::Wall);
    assert_eq!(schedule.next_after(at("2026-05-01T10:00:00.999999Z")), Some(at("2026-05-01T10:00:01Z")));
    assert_eq!(schedule.next_after(at("2026-05-01T10:00:01Z")), Some(at("2026-05-01T10:00:02Z")));
}

#[test]
fn a_day_that_never_comes_has_no_slot() {
    assert_eq!(schedule("0 0 30 2 *", Tz::UTC, Dst::Wall).next_after(at("2026-01-01T00:00:00Z")), None);
}

proptest! {
    #[test]
    fn resuming_anywhere_finds_the_oracles_next_slot(zone in 0..ZONES.len(), pattern in 0usize..4, second in 0i64..63_000_000) {
        let zone = ZONES[zone];
        let (cron, minutes) = &patterns()[pattern];
        let after = at("2025-01-01T00:00:00Z") + Duration::seconds(second);
        let expected = wall_oracle(zone, minutes, after, after + Duration::days(3)).into_iter().next();
        prop_assert_eq!(schedule(cron, zone, Dst::Wall).next_after(after), expected);
    }
}
