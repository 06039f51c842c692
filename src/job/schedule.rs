//! Cron and zone to instants. The pattern is read on naive local time; the zone's gaps and overlaps are resolved here,
//! because a library that mixes the two drifts after the first change of the clocks.

use std::sync::Arc;

use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use serde::{Deserialize, Serialize};

use crate::base::period::plus_days;
use crate::job::DayRule;

/// What a schedule means where local time jumps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dst {
    /// A time of day: in a gap the first instant after it, in an overlap the first of the two.
    Wall,
    /// An interval: every instant whose local time matches, so that `*/15` comes every fifteen minutes.
    Elapsed,
}

impl Dst {
    /// The name used in files and in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Dst::Wall => "wall",
            Dst::Elapsed => "elapsed",
        }
    }
}

/// When a job is due.
#[derive(Debug, Clone)]
pub struct Schedule {
    cron: Cron,
    zone: Tz,
    dst: Dst,
    days: Option<Arc<DayRule>>,
}

/// Naive matches looked at before a search gives up: a day of seconds, the longest overlap any zone has had.
const NAIVE_MATCH_MAX: usize = 90_000;
/// No zone changes its offset twice within this span.
const OFFSET_STEP: Duration = Duration::hours(6);

impl Schedule {
    /// Reads a pattern of five fields (six with seconds first) for a zone. The error is the reason, for a hint.
    pub fn parse(cron: &str, zone: Tz, dst: Dst) -> Result<Self, String> {
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        let cron = parser.parse(cron).map_err(|e| e.to_string().trim_end_matches('.').to_lowercase())?;
        Ok(Self { cron, zone, dst, days: None })
    }

    /// The same schedule by a calendar.
    pub fn on_days(self, rule: DayRule) -> Self {
        Self { days: Some(Arc::new(rule)), ..self }
    }

    /// The calendar's rule, if there is one.
    pub fn days(&self) -> Option<&DayRule> {
        self.days.as_deref()
    }

    /// The first due instant after `after`; `None` when the pattern never matches again. Slots that the calendar skips
    /// are among them, slots that it moves are where they moved to.
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match (self.days().and_then(|rule| Some((rule, rule.shift?))), self.dst) {
            (Some((rule, shift)), _) => self.next_shifted(rule, shift, after),
            (None, Dst::Wall) => self.next_wall(after),
            (None, Dst::Elapsed) => self.next_elapsed(after),
        }
    }

    /// Why the calendar does not let a slot run, in a sentence.
    pub fn off_reason(&self, slot: DateTime<Utc>) -> Option<String> {
        self.days()?.off_reason(self.local_date(slot))
    }

    /// Whether a slot in `(after, until]` runs by the calendar.
    pub fn runs_within(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        self.next_running(after, until).is_some()
    }

    /// The first slot in `(after, until]` that runs by the calendar.
    pub fn next_running(&self, after: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut next = self.next_after(after);
        while let Some(slot) = next.filter(|slot| *slot <= until) {
            if self.off_reason(slot).is_none() {
                return Some(slot);
            }
            // The rest of that day does not run either.
            let midnight = self.resolve(plus_days(self.local_date(slot), 1).and_time(NaiveTime::MIN));
            next = self.next_after(slot.max(midnight - Duration::seconds(1)));
        }
        None
    }

    /// The local date of an instant.
    pub fn local_date(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    fn next_wall(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut naive = self.local(after);
        for _ in 0..NAIVE_MATCH_MAX {
            naive = self.next_naive(naive, false)?;
            let at = self.resolve(naive);
            if at > after {
                return Some(at);
            }
        }
        None
    }

    /// Walks the spans of constant offset: within one, naive time and real time run alike.
    fn next_elapsed(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (mut from, mut inclusive) = (after, false);
        loop {
            let offset = self.offset(from);
            let naive = self.next_naive(self.local(from), inclusive)?;
            let candidate = Utc.from_utc_datetime(&(naive - offset));
            match self.offset_change(from, candidate) {
                None => return Some(candidate),
                Some(change) => (from, inclusive) = (change, true),
            }
        }
    }

    /// The next matching naive time. UTC has no gaps, so evaluating "as if UTC" is evaluating naive time.
    pub(super) fn next_naive(&self, from: NaiveDateTime, inclusive: bool) -> Option<NaiveDateTime> {
        self.cron.find_next_occurrence(&from.and_utc(), inclusive).ok().map(|t| t.naive_utc())
    }

    /// Local time to the second; slots are whole seconds, so what lies between two seconds is after the first.
    pub(super) fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        let naive = at.with_timezone(&self.zone).naive_local();
        naive.with_nanosecond(0).expect("zero nanoseconds exist in every second")
    }

    fn offset(&self, at: DateTime<Utc>) -> Duration {
        Duration::seconds(i64::from(at.with_timezone(&self.zone).offset().fix().local_minus_utc()))
    }

    /// The instant a local time stands for.
    pub(super) fn resolve(&self, naive: NaiveDateTime) -> DateTime<Utc> {
        match self.zone.from_local_datetime(&naive) {
            LocalResult::Single(at) => at.with_timezone(&Utc),
            LocalResult::Ambiguous(a, b) => a.min(b).with_timezone(&Utc),
            LocalResult::None => {
                // Around a gap local time still only grows, so the first instant beyond `naive` is found by halving.
                let around = Utc.from_utc_datetime(&naive);
                let is_beyond = |at: DateTime<Utc>| at.with_timezone(&self.zone).naive_local() > naive;
                first_instant(around - Duration::hours(26), around + Duration::hours(26), is_beyond)
            }
        }
    }

    /// The first instant in `(from, until]` whose offset is not the one at `from`.
    fn offset_change(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let offset = self.offset(from);
        let mut low = from;
        while low < until {
            let high = (low + OFFSET_STEP).min(until);
            if self.offset(high) != offset {
                return Some(first_instant(low, high, |at| self.offset(at) != offset));
            }
            low = high;
        }
        None
    }
}

/// The first whole second in `[low, high]` for which `holds`, given that it holds from some point on and at `high`.
fn first_instant(low: DateTime<Utc>, high: DateTime<Utc>, holds: impl Fn(DateTime<Utc>) -> bool) -> DateTime<Utc> {
    let at = |second| DateTime::from_timestamp(second, 0).expect("between two instants that exist");
    let (mut low, mut high) = (low.timestamp(), high.timestamp());
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(at(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    at(low)
}
