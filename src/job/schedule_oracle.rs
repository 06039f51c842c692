//! Schedules against an oracle over every zone there is: local time is walked minute by minute around each jump of four
//! years, and reckoned by the day between them. The oracle knows neither cron nor how a local time is resolved.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset, Timelike, Utc, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64;

use super::schedule::{Dst, Schedule};

/// A pattern and the minutes of a day it means.
struct Pattern {
    cron: &'static str,
    is_match: fn(NaiveDate, u32) -> bool,
}

const PATTERNS: [Pattern; 6] = [
    Pattern { cron: "30 2 * * *", is_match: |_, minute| minute == 150 },
    Pattern { cron: "0 0 * * *", is_match: |_, minute| minute == 0 },
    Pattern { cron: "*/20 * * * *", is_match: |_, minute| minute % 20 == 0 },
    Pattern { cron: "5,35 0-3,23 * * *", is_match: |_, minute| !(240..1_380).contains(&minute) && minute % 30 == 5 },
    Pattern { cron: "15 */6 * * sun", is_match: |date, minute| minute % 360 == 15 && date.weekday() == Weekday::Sun },
    Pattern { cron: "45 1 1,31 * *", is_match: |date, minute| minute == 105 && (date.day() == 1 || date.day() == 31) },
];

/// Longer than any jump, so that what a jump moves lies in its window.
const AROUND: Duration = Duration::hours(26);

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

fn local(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

fn offset(zone: Tz, at: DateTime<Utc>) -> Duration {
    Duration::seconds(at.with_timezone(&zone).offset().fix().local_minus_utc().into())
}

/// The jumps of a zone: when, from which offset, to which.
fn jumps(zone: Tz, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<(DateTime<Utc>, Duration, Duration)> {
    let (mut jumps, mut low, step) = (Vec::new(), from, Duration::hours(12));
    while low < until {
        if offset(zone, low) != offset(zone, low + step) {
            let minutes = (1..=step.num_minutes()).map(|m| low + Duration::minutes(m));
            let jump = minutes.into_iter().find(|m| offset(zone, *m) != offset(zone, low)).expect("between the two");
            jumps.push((jump, offset(zone, low), offset(zone, jump)));
        }
        low += step;
    }
    jumps
}

/// Every slot in a window, found by walking it. A time of day is due at the first minute at which local time has reached
/// it; an interval at every minute whose local time matches.
fn walk(minutes: &[(DateTime<Utc>, NaiveDateTime)], pattern: &Pattern, dst: Dst) -> Vec<DateTime<Utc>> {
    let is_match = |naive: NaiveDateTime| (pattern.is_match)(naive.date(), naive.hour() * 60 + naive.minute());
    if dst == Dst::Elapsed {
        return minutes.iter().filter(|(_, naive)| is_match(*naive)).map(|(at, _)| *at).collect();
    }
    let mut slots = Vec::new();
    let mut reached = minutes[0].1;
    for (at, naive) in &minutes[1..] {
        let mut is_due = false;
        while reached < *naive {
            reached += Duration::minutes(1);
            is_due |= is_match(reached);
        }
        if is_due {
            slots.push(*at);
        }
    }
    slots
}

/// The first slot after `after` where the offset does not change for two months.
fn reckon(offset: Duration, pattern: &Pattern, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let first = (after + offset).date_naive();
    first.iter_days().take(62).find_map(|date| {
        let minutes = (0..1_440).filter(|minute| (pattern.is_match)(date, *minute));
        let mut slots = minutes.map(|minute| {
            let time = NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0).expect("a time of day");
            (date.and_time(time) - offset).and_utc()
        });
        slots.find(|slot| *slot > after)
    })
}

fn found(schedule: &Schedule, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let mut slots = Vec::new();
    let mut after = from;
    while let Some(slot) = schedule.next_after(after).filter(|slot| *slot <= until) {
        slots.push(slot);
        after = slot;
    }
    slots
}

#[test]
fn every_zone_of_the_world_has_the_oracles_slots_around_every_jump_of_four_years() {
    let (from, until) = (at("2024-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"));
    let mut dice = Pcg64::seed_from_u64(20_261_123);
    // Zones that jump alike share a window, and one walk through it.
    let mut windows: BTreeMap<(DateTime<Utc>, Duration, Duration), Vec<Tz>> = BTreeMap::new();
    for zone in TZ_VARIANTS {
        for jump in jumps(zone, from, until) {
            windows.entry(jump).or_default().push(zone);
        }
    }
    assert!(windows.len() > 100, "{}", windows.len());
    for ((jump, _, _), zones) in &windows {
        let (first, last) = (*jump - AROUND, *jump + AROUND);
        let instants = (0..=AROUND.num_minutes() * 2).map(|minute| first + Duration::minutes(minute));
        let minutes: Vec<_> = instants.map(|at| (at, local(zones[0], at))).collect();
        for pattern in &PATTERNS {
            for dst in [Dst::Wall, Dst::Elapsed] {
                let expected = walk(&minutes, pattern, dst);
                let expected: Vec<_> = expected.into_iter().filter(|slot| *slot > first).collect();
                let schedule = Schedule::parse(pattern.cron, zones[0], dst).expect("a pattern");
                let name = format!("{} {} {dst:?} around {jump}", zones[0], pattern.cron);
                assert_eq!(found(&schedule, first, last), expected, "{name}");
                for zone in zones {
                    let after = first + Duration::seconds(dice.random_range(0..AROUND.num_seconds() * 2));
                    let Some(next) = expected.iter().find(|slot| **slot > after) else { continue };
                    let schedule = Schedule::parse(pattern.cron, *zone, dst).expect("a pattern");
                    assert_eq!(
                        schedule.next_after(after),
                        Some(*next),
                        "{zone} {} {dst:?} after {after}",
                        pattern.cron
                    );
                }
            }
        }
    }
}

#[test]
fn every_zone_of_the_world_has_the_reckoned_slots_between_its_jumps() {
    let (from, until) = (at("2024-01-01T00:00:00Z"), at("2028-01-01T00:00:00Z"));
    let mut dice = Pcg64::seed_from_u64(7);
    let mut checked_count = 0;
    for zone in TZ_VARIANTS {
        let jumps = jumps(zone, from, until);
        for pattern in &PATTERNS {
            let after = from + Duration::seconds(dice.random_range(0..(until - from).num_seconds()));
            let is_still = |(jump, _, _): &(DateTime<Utc>, _, _)| {
                *jump < after - Duration::days(2) || *jump > after + Duration::days(64)
            };
            if !jumps.iter().all(is_still) {
                continue;
            }
            let expected = reckon(offset(zone, after), pattern, after);
            let dst = if dice.random_bool(0.5) { Dst::Wall } else { Dst::Elapsed };
            let schedule = Schedule::parse(pattern.cron, zone, dst).expect("a pattern");
            assert_eq!(schedule.next_after(after), expected, "{zone} {} {dst:?} after {after}", pattern.cron);
            checked_count += 1;
        }
    }
    assert!(checked_count > 2_000, "{checked_count}");
}

/// Local times of the slots of a wall pattern from a day on.
fn slots(cron: &str, zone: Tz, after: &str, count: usize) -> Vec<String> {
    let schedule = Schedule::parse(cron, zone, Dst::Wall).expect("a pattern");
    let mut after = at(after);
    (0..count)
        .map(|_| {
            after = schedule.next_after(after).expect("another slot");
            after.with_timezone(&zone).format("%d %H:%M%z").to_string()
        })
        .collect()
}

#[test]
fn in_the_autumn_overlap_of_new_york_and_lord_howe_a_time_of_day_comes_once() {
    let new_york = slots("30 1 * * *", Tz::America__New_York, "2026-10-31T12:00:00Z", 2);
    assert_eq!(new_york, ["01 01:30-0400", "02 01:30-0500"]);
    let lord_howe = slots("45 1 * * *", Tz::Australia__Lord_Howe, "2026-04-04T00:00:00Z", 2);
    assert_eq!(lord_howe, ["05 01:45+1100", "06 01:45+1030"]);
}

#[test]
fn casablanca_leaves_its_summer_time_for_ramadan_and_comes_back() {
    let leaves = slots("30 2 * * *", Tz::Africa__Casablanca, "2026-02-14T12:00:00Z", 2);
    assert_eq!(leaves, ["15 02:30+0100", "16 02:30+0000"]);
    let returns = slots("30 2 * * *", Tz::Africa__Casablanca, "2026-03-21T12:00:00Z", 2);
    assert_eq!(returns, ["22 03:00+0100", "23 02:30+0100"]);
}

#[test]
fn in_the_autumn_overlap_of_santiago_midnight_nears_twice_and_the_evening_slot_comes_once() {
    let santiago = slots("30 23 * * *", Tz::America__Santiago, "2026-04-04T12:00:00Z", 2);
    assert_eq!(santiago, ["04 23:30-0300", "05 23:30-0400"]);
}
