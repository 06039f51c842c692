//! How old the published numbers may be before they count as stale: as old as the schedules allow.

use chrono::{DateTime, TimeDelta, Utc};

use crate::job::{Job, Kind};

/// The longest pause between two nights, a day, and the time a night may be late: numbers that are older have missed a
/// whole one. Of several pipelines the most patient decides, since each may be another tenant's.
pub fn stale_after(jobs: &[Job], now: DateTime<Utc>) -> TimeDelta {
    let pipelines = jobs.iter().filter(|job| job.enabled && job.spec.kind == Kind::Pipeline);
    let patience = pipelines.filter_map(|job| {
        let late = TimeDelta::seconds(i64::try_from(job.spec.late_after_secs).ok()?);
        Some(longest_pause(job, now)? + TimeDelta::days(1) + late)
    });
    patience.max().unwrap_or(BY_HAND)
}

fn longest_pause(job: &Job, now: DateTime<Utc>) -> Option<TimeDelta> {
    let until = now + HORIZON;
    let mut slot = job.schedule.next_running(now, until)?;
    let mut longest = None;
    for _ in 0..SLOT_COUNT_MAX {
        let Some(next) = job.schedule.next_running(slot, until) else { break };
        longest = longest.max(Some(next - slot));
        slot = next;
    }
    longest
}

/// The longest row of holidays lies within a year; a schedule of minutes shows its pauses in its first days.
const HORIZON: TimeDelta = TimeDelta::days(370);
const SLOT_COUNT_MAX: usize = 1_000;
/// Where no schedule publishes: whoever runs the nights by hand does so daily.
const BY_HAND: TimeDelta = TimeDelta::hours(50);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::read_job;

    fn hours(schedules: &[&str]) -> i64 {
        let job = |text: &&str| read_job(Kind::Pipeline, "night", "night.toml", text).expect("a job");
        let jobs: Vec<Job> = schedules.iter().map(job).collect();
        stale_after(&jobs, "2026-03-02T12:00:00Z".parse().expect("an instant")).num_hours()
    }

    #[test]
    fn numbers_are_stale_when_a_whole_night_of_their_own_schedule_was_missed() {
        assert_eq!(hours(&["cron = \"0 2 * * *\""]), 50);
        assert_eq!(hours(&["cron = \"0 2 * * *\"\nlate_after = \"5h\""]), 53);
        // From Saturday's night to Tuesday's nothing is due.
        assert_eq!(hours(&["cron = \"0 2 * * 2-6\""]), 98);
        assert_eq!(hours(&["cron = \"0 * * * *\""]), 27);
        assert_eq!(hours(&["cron = \"0 * * * *\"", "cron = \"0 2 * * 1\""]), 8 * 24 + 2);
        assert_eq!(hours(&["cron = \"0 2 * * *\"\nenabled = false"]), 50);
        assert_eq!(hours(&[]), 50);
    }
}
