//! Business dates, half-open periods and the calendar's grains.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// A half-open span of business dates: `from <= date < until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Period {
    /// The first date inside.
    pub from: NaiveDate,
    /// The first date after.
    pub until: NaiveDate,
}

/// How a time line is cut. Weeks are ISO 8601 (Monday first).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// One business date.
    Day,
    /// An ISO week, Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar quarter.
    Quarter,
    /// A calendar year.
    Year,
}

impl Grain {
    /// All grains, finest first.
    pub const ALL: [Grain; 5] = [Grain::Day, Grain::Week, Grain::Month, Grain::Quarter, Grain::Year];

    /// The name used in files, parameters and slices.
    pub fn name(self) -> &'static str {
        match self {
            Grain::Day => "day",
            Grain::Week => "week",
            Grain::Month => "month",
            Grain::Quarter => "quarter",
            Grain::Year => "year",
        }
    }

    /// The grain called `name`.
    pub fn parse(name: &str) -> Option<Grain> {
        Grain::ALL.into_iter().find(|g| g.name() == name)
    }

    /// The first date of the bucket that `date` lies in.
    pub fn floor(self, date: NaiveDate) -> NaiveDate {
        let first_of = |month| NaiveDate::from_ymd_opt(date.year(), month, 1).expect("a month of the same year");
        match self {
            Grain::Day => date,
            Grain::Week => minus_days(date, u64::from(date.weekday().num_days_from_monday())),
            Grain::Month => first_of(date.month()),
            Grain::Quarter => first_of(date.month0() / 3 * 3 + 1),
            Grain::Year => first_of(1),
        }
    }

    /// The whole bucket that `date` lies in.
    pub fn bucket(self, date: NaiveDate) -> Period {
        let from = self.floor(date);
        Period { from, until: self.after(from) }
    }

    /// The last bucket that ended on or before the end of `date`.
    pub fn last_complete(self, date: NaiveDate) -> Period {
        let bucket = self.bucket(date);
        if bucket.until == plus_days(date, 1) { bucket } else { self.bucket(minus_days(bucket.from, 1)) }
    }

    /// The start of the bucket after the one that starts at `from`.
    fn after(self, from: NaiveDate) -> NaiveDate {
        let months = |n| from.checked_add_months(Months::new(n)).expect("dates end in 2100");
        match self {
            Grain::Day => plus_days(from, 1),
            Grain::Week => plus_days(from, 7),
            Grain::Month => months(1),
            Grain::Quarter => months(3),
            Grain::Year => months(12),
        }
    }

    /// The published label of the bucket: `2025-01-31`, `2025-W05`, `2025-01`, `2025-Q1`, `2025`.
    pub fn label(self, date: NaiveDate) -> String {
        match self {
            Grain::Day => date.format("%Y-%m-%d").to_string(),
            Grain::Week => date.format("%G-W%V").to_string(),
            Grain::Month => date.format("%Y-%m").to_string(),
            Grain::Quarter => format!("{}-Q{}", date.year(), date.month0() / 3 + 1),
            Grain::Year => date.format("%Y").to_string(),
        }
    }
}

impl Period {
    /// `from` up to and including `last`.
    pub fn inclusive(from: NaiveDate, last: NaiveDate) -> Period {
        Period { from, until: plus_days(last, 1) }
    }

    /// Number of days.
    pub fn days(&self) -> i64 {
        (self.until - self.from).num_days()
    }

    /// Whether `date` lies inside.
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.from <= date && date < self.until
    }

    /// The last date inside.
    pub fn last(&self) -> NaiveDate {
        minus_days(self.until, 1)
    }

    /// Every bucket of `grain` that this period touches, whole, ascending.
    pub fn buckets(&self, grain: Grain) -> Vec<Period> {
        let mut buckets = Vec::new();
        let mut from = grain.floor(self.from);
        while from < self.until {
            let bucket = grain.bucket(from);
            from = bucket.until;
            buckets.push(bucket);
        }
        buckets
    }

    /// The window of the same grain just before this one (which must be a whole bucket of `grain`).
    pub fn previous(&self, grain: Grain) -> Period {
        grain.bucket(minus_days(self.from, 1))
    }

    /// The same window a year earlier: 52 weeks back for days and weeks (the same weekdays), 12 months for the rest.
    pub fn year_before(&self, grain: Grain) -> Period {
        match grain {
            Grain::Day | Grain::Week => Period { from: minus_days(self.from, 364), until: minus_days(self.until, 364) },
            Grain::Month | Grain::Quarter | Grain::Year => {
                grain.bucket(self.from.checked_sub_months(Months::new(12)).expect("dates start in 1990"))
            }
        }
    }
}

/// `date` plus `days`.
pub fn plus_days(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).expect("dates end in 2100")
}

/// `date` minus `days`.
pub fn minus_days(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).expect("dates start in 1990")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn the_last_days_of_2024_are_in_the_first_iso_week_of_2025() {
        assert_eq!(Grain::Week.label(date("2024-12-30")), "2025-W01");
        assert_eq!(Grain::Quarter.label(date("2025-03-31")), "2025-Q1");
    }

    #[test]
    fn a_week_is_complete_on_its_sunday() {
        let sunday = date("2026-11-22");
        assert_eq!(Grain::Week.last_complete(sunday), Period::inclusive(date("2026-11-16"), sunday));
        assert_eq!(Grain::Week.last_complete(date("2026-11-21")).last(), date("2026-11-15"));
        assert_eq!(Grain::Month.last_complete(date("2026-11-22")).from, date("2026-10-01"));
        assert_eq!(Grain::Month.last_complete(date("2024-02-29")).from, date("2024-02-01"));
    }

    proptest! {
        #[test]
        fn buckets_tile_the_period(offset in 0u64..40_000, length in 1u64..900, grain in 0usize..5) {
            let from = plus_days(date("1990-01-01"), offset);
            let period = Period { from, until: plus_days(from, length) };
            let grain = Grain::ALL[grain];
            let buckets = period.buckets(grain);
            prop_assert!(buckets[0].contains(period.from));
            prop_assert!(buckets.last().expect("one").contains(period.last()));
            for pair in buckets.windows(2) {
                prop_assert_eq!(pair[0].until, pair[1].from);
                prop_assert_eq!(pair[1].previous(grain), pair[0]);
            }
            for bucket in &buckets {
                prop_assert_eq!(grain.floor(bucket.last()), bucket.from);
                prop_assert_eq!(grain.label(bucket.last()), grain.label(bucket.from));
                prop_assert_eq!(grain.last_complete(bucket.last()), *bucket);
            }
        }
    }
}
