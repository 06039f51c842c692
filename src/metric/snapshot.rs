//! The numbers as published: an immutable snapshot, read by reports and by HTTP.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::base::money::divide_round;
use crate::base::{Grain, Period, period::minus_days};
use crate::metric::catalog::Catalog;
use crate::metric::table::{Table, Tables};
use crate::metric::{Check, Unit};

/// A published value as the exact ratio it came from, so that it can be recombined and audited.
///
/// A count or an amount has denominator 1. A percentage is `numerator` of `denominator` (the counts),
/// a mean is the sum over the number of rows (in the unit's own base: days, seconds / 604,800 …).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Sum, count or cents.
    pub numerator: i64,
    /// 1 for sums and counts; 0 when there is nothing to divide by.
    pub denominator: i64,
}

impl Figure {
    /// A count or an amount.
    pub fn whole(value: i64) -> Self {
        Self { numerator: value, denominator: 1 }
    }

    /// A ratio of sums.
    pub fn ratio(numerator: i64, denominator: i64) -> Self {
        Self { numerator, denominator }
    }

    /// The value as published: whole for counts and cents, one decimal otherwise, half away from zero;
    /// `None` when the denominator is zero.
    pub fn value(&self, unit: Unit) -> Option<f64> {
        let (n, d) = (i128::from(self.numerator), i128::from(self.denominator));
        match unit {
            Unit::Count | Unit::Money => divide_round(n, d).map(|v| v as f64),
            Unit::Percent => divide_round(n * 1000, d).map(|v| v as f64 / 10.0),
            Unit::Index => divide_round(n * 10_000, d).map(|v| v as f64 / 10_000.0),
            Unit::Days | Unit::Weeks | Unit::Minutes | Unit::Mean => divide_round(n * 10, d).map(|v| v as f64 / 10.0),
        }
    }

    /// The value as whole cents or a whole count.
    pub fn rounded(&self) -> Option<i64> {
        divide_round(i128::from(self.numerator), i128::from(self.denominator)).map(|v| v as i64)
    }
}

/// Which span a point speaks of. Stocks are taken at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Window {
    /// Everything up to the business date.
    All,
    /// The last complete ISO week.
    Week,
    /// The last complete calendar month.
    Month,
    /// The last complete calendar quarter.
    Quarter,
    /// The twelve complete calendar months before the business date's.
    Year,
}

impl Window {
    /// All windows.
    pub const ALL: [Window; 5] = [Window::All, Window::Week, Window::Month, Window::Quarter, Window::Year];

    /// The name used in templates and slices.
    pub fn name(self) -> &'static str {
        match self {
            Window::All => "all",
            Window::Week => "week",
            Window::Month => "month",
            Window::Quarter => "quarter",
            Window::Year => "year",
        }
    }

    /// The window called `name`.
    pub fn parse(name: &str) -> Option<Window> {
        Window::ALL.into_iter().find(|w| w.name() == name)
    }

    /// The dates the window covers for a business date; `All` starts at `first_date`.
    pub fn period(self, business_date: NaiveDate, first_date: NaiveDate) -> Period {
        match self {
            Window::All => Period::inclusive(first_date.min(business_date), business_date),
            Window::Week => Grain::Week.last_complete(business_date),
            Window::Month => Grain::Month.last_complete(business_date),
            Window::Quarter => Grain::Quarter.last_complete(business_date),
            Window::Year => {
                let until = Grain::Month.last_complete(business_date).until;
                let year = Period { from: until, until };
                Period { from: year.year_before(Grain::Month).from, until }
            }
        }
    }

    /// The dates a comparison covers; `None` where there is nothing before (`All`).
    pub fn compared(self, compare: Compare, business_date: NaiveDate) -> Option<Period> {
        let period = self.period(business_date, business_date);
        let grain = match self {
            Window::All => return None,
            Window::Week => Grain::Week,
            Window::Month => Grain::Month,
            Window::Quarter => Grain::Quarter,
            Window::Year => {
                let until = period.from;
                return Some(Window::Year.period(minus_days(until, 1), until));
            }
        };
        Some(match compare {
            Compare::Previous => period.previous(grain),
            Compare::Year => period.year_before(grain),
        })
    }
}

/// What a window is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compare {
    /// The window just before.
    Previous,
    /// The same window a year before (52 weeks for a week).
    Year,
}

impl Compare {
    /// All comparisons.
    pub const ALL: [Compare; 2] = [Compare::Previous, Compare::Year];

    /// The comparison called `name`.
    pub fn parse(name: &str) -> Option<Compare> {
        Compare::ALL.into_iter().find(|c| c.name() == name)
    }

    /// The name used in templates and slices.
    pub fn name(self) -> &'static str {
        match self {
            Compare::Previous => "previous",
            Compare::Year => "year",
        }
    }
}

/// Where a point is cut: window, comparison and at most one dimension's member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slice {
    /// The span.
    pub window: Window,
    /// Set for the value a window is compared with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub compare: Option<Compare>,
    /// Dimension and member id: `("stage", "lead")`, `("sales_rep", "0190…")`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub member: Option<(String, String)>,
}

impl Slice {
    /// The whole window.
    pub fn of(window: Window) -> Self {
        Self { window, compare: None, member: None }
    }

    /// The compared window.
    pub fn compared(self, compare: Compare) -> Self {
        Self { compare: Some(compare), ..self }
    }

    /// One member of a dimension.
    pub fn at(self, dimension: &str, member: &str) -> Self {
        Self { member: Some((dimension.to_owned(), member.to_owned())), ..self }
    }
}

/// A metric by day, without gaps, up to and including the business date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaySeries {
    /// The date of `values[0]`.
    pub start_date: NaiveDate,
    /// One value a day: counts or cents.
    pub values: Vec<i64>,
}

impl DaySeries {
    /// The sum over `period`; days outside the series count zero.
    pub fn sum(&self, period: Period) -> i64 {
        let from = (period.from - self.start_date).num_days().clamp(0, self.values.len() as i64) as usize;
        let until = (period.until - self.start_date).num_days().clamp(0, self.values.len() as i64) as usize;
        self.values[from..until.max(from)].iter().sum()
    }
}

/// A member of a dimension as people call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The source's id, or the enum's value.
    pub member: String,
    /// The name a reader sees.
    pub label: String,
}

/// What identifies a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotHeader {
    /// Grows with every publish.
    pub snapshot_id: i64,
    /// The tenant's key name (`main` in single-tenant installs).
    pub tenant: String,
    /// The last complete day inside.
    pub business_date: NaiveDate,
    /// The first day any flow is known for.
    pub first_date: NaiveDate,
    /// When it became current.
    pub published_at: DateTime<Utc>,
    /// The run that computed it, if a run did.
    pub run_id: Option<i64>,
    /// SHA-256 of the metric definitions, hex.
    pub definition_hash: String,
    /// The reporting currency (ISO 4217).
    pub currency: String,
    /// What counted as revenue when it was published: `deals`, `orders` or `payments`.
    pub revenue_mode: String,
    /// Source name → high-water mark of the extraction it rests on.
    pub watermarks: BTreeMap<String, String>,
    /// Rows and cents of the source against those of the star, per entity, as checked at publish.
    pub reconciliation: Vec<Reconciliation>,
    /// Sentences a reader must know (inferred history, unknown enum values).
    pub warnings: Vec<String>,
    /// The identities that held before it was published.
    pub checks: Vec<Check>,
}

/// One line of the proof that nothing was lost on the way: what the source held and what the star holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconciliation {
    /// `deal`, `order` …
    pub entity: String,
    /// Live rows read from the source.
    pub source_rows: i64,
    /// Live rows in the star.
    pub star_rows: i64,
    /// Rows in quarantine: the difference.
    pub quarantined_rows: i64,
    /// The amounts of the rows that are not held, in cents over all currencies: the same on both sides, or nothing is
    /// published. None where the entity has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_cents: Option<i64>,
}

impl Reconciliation {
    /// Rows of the source that are neither in the star nor in quarantine; below nothing where the star has too many.
    pub fn difference(&self) -> i64 {
        self.source_rows - self.star_rows - self.quarantined_rows
    }
}

/// A published snapshot, whole, as reports and HTTP read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// What identifies it.
    pub header: SnapshotHeader,
    /// The definitions of its numbers: those of the house and of the deployment, as they were when it was published.
    pub catalog: Catalog,
    /// Metric → slice → figure.
    pub points: BTreeMap<String, BTreeMap<Slice, Figure>>,
    /// Metric → daily series.
    pub series: BTreeMap<String, DaySeries>,
    /// Dimension → members, in the order they are shown (`stage`, `tier`, `status`, `sales_rep`, `type`).
    pub members: BTreeMap<String, Vec<Member>>,
    /// Route → the `data` of its body, exactly as published (`customers/overview`, `customers/lifecycle?period=month`,
    /// `customers/segmentation`, `deals/pipeline`, `deals/conversions`, `sales-reps/performance`, `interactions/insights`).
    /// `sales-reps/performance` holds every rep in rank order; `revenue/time-series` is cut from `series`.
    pub documents: BTreeMap<String, serde_json::Value>,
    /// Metric → window → table.
    pub tables: Tables,
}

impl Snapshot {
    /// The figure of a metric at a slice, if it was published.
    pub fn figure(&self, metric: &str, slice: &Slice) -> Option<Figure> {
        self.points.get(metric)?.get(slice).copied()
    }

    /// The table of a metric over a window, if it was published.
    pub fn table(&self, metric: &str, window: Window) -> Option<&Table> {
        self.tables.get(metric)?.get(&window)
    }

    /// The members of a dimension, in order.
    pub fn members(&self, dimension: &str) -> &[Member] {
        self.members.get(dimension).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn a_years_window_and_its_comparison_touch() {
        let day = date("2026-11-22");
        let year = Window::Year.period(day, day);
        assert_eq!((year.from, year.until), (date("2025-11-01"), date("2026-11-01")));
        let before = Window::Year.compared(Compare::Year, day).expect("a year before");
        assert_eq!((before.from, before.until), (date("2024-11-01"), date("2025-11-01")));
    }

    #[test]
    fn a_series_counts_nothing_outside_itself() {
        let series = DaySeries { start_date: date("2026-01-02"), values: vec![1, 2, 4] };
        let sum = |a, b| series.sum(Period { from: date(a), until: date(b) });
        assert_eq!(sum("2026-01-01", "2026-01-04"), 3);
        assert_eq!(sum("2025-01-01", "2026-01-01"), 0);
        assert_eq!(sum("2026-01-04", "2030-01-01"), 4);
    }
}
