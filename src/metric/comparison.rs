//! A number against the one before it: over a published window, or over any days where a daily series allows it. Pure.
//!
//! Reports and HTTP compare by these functions, so that both say the same. What is not known is `None` and never zero: a
//! window that began before the first day, a rate of nothing, a change from zero.

use chrono::Months;

use crate::base::period::{minus_days, plus_days};
use crate::base::{Calendar, Grain, Period};
use crate::metric::kpi::Exact;
use crate::metric::snapshot::{Compare, Figure, Slice, Snapshot};

/// What a span of days is compared with.
#[derive(Debug, Clone, Copy)]
pub enum Against<'c> {
    /// The span just before: the month before a month, as many days before any other span.
    Previous,
    /// The same span a year before: the same weekdays for days and weeks, the same dates for anything else.
    Year,
    /// The span that begins a year before and has as many working days.
    YearByBusinessDays(&'c Calendar),
}

/// A number and the one it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    /// The number, if it is known.
    pub now: Option<Figure>,
    /// The one before, if it is known.
    pub before: Option<Figure>,
    /// The days of the one before.
    pub period: Period,
}

impl Comparison {
    /// Now minus before, in the metric's own unit (a percentage: the difference of the two rates, in points).
    pub fn absolute(&self) -> Option<Figure> {
        let (now, before) = self.sides()?;
        now.minus(before).map(Exact::figure)
    }

    /// The change as a share of the size of the one before, to be read as [`Unit::Percent`](crate::metric::Unit); `None`
    /// from zero.
    pub fn relative(&self) -> Option<Figure> {
        let (now, before) = self.sides()?;
        now.minus(before)?.over(before.magnitude()).map(Exact::figure)
    }

    fn sides(&self) -> Option<(Exact, Exact)> {
        Exact::of(self.now?).zip(Exact::of(self.before?))
    }
}

/// The parts of a rate that are published by day: the sums of the first over those of the second.
type Parts = (&'static [&'static str], &'static [&'static str]);

impl Snapshot {
    /// A published window, or a member of it, against the one it is compared with; `None` for `all`, before which there
    /// is nothing.
    pub fn compared(&self, metric: &str, slice: &Slice, compare: Compare) -> Option<Comparison> {
        let period = slice.window.compared(compare, self.header.business_date)?;
        let before = self.figure(metric, &slice.clone().compared(compare));
        // Before the first day nothing is known, whatever was counted there.
        let before = before.filter(|_| period.from >= self.header.first_date);
        Some(Comparison { now: self.figure(metric, slice), before, period })
    }

    /// A metric over any days; `None` where it has no daily series or the days are not all known.
    pub fn over(&self, metric: &str, period: Period) -> Option<Figure> {
        let is_known = self.header.first_date <= period.from && period.until <= plus_days(self.header.business_date, 1);
        if !is_known || period.days() <= 0 {
            return None;
        }
        self.over_known(metric, period)
    }

    /// A metric over the known days of any span: the others count nothing. `None` where it has no daily series.
    pub fn over_known(&self, metric: &str, period: Period) -> Option<Figure> {
        let sum = |names: &[&str]| -> Option<i64> {
            names.iter().map(|name| self.series.get(*name).map(|series| series.sum(period))).sum()
        };
        match self.daily_parts(metric) {
            Some((parts, wholes)) => Some(Figure::ratio(sum(parts)?, sum(wholes)?)),
            None => sum(&[metric]).map(Figure::whole),
        }
    }

    /// Whether a metric is known for any days: it has a daily series, or is a rate of such.
    pub fn is_daily(&self, metric: &str) -> bool {
        self.series.contains_key(metric) || self.daily_parts(metric).is_some()
    }

    fn daily_parts(&self, metric: &str) -> Option<Parts> {
        match metric {
            "win_rate" => Some((&["deals_won"], &["deals_won", "deals_lost"])),
            // Where orders or payments are the revenue, its series is not that of the deals won.
            "avg_deal_value" if self.header.revenue_mode == "deals" => Some((&["revenue"], &["deals_won"])),
            "avg_order_value" => Some((&["order_value"], &["orders"])),
            _ => None,
        }
    }

    /// A metric over any days against another span; `None` where it has no daily series.
    pub fn compared_over(&self, metric: &str, period: Period, against: Against<'_>) -> Option<Comparison> {
        let before = against.period(period)?;
        self.is_daily(metric).then(|| Comparison {
            now: self.over(metric, period),
            before: self.over(metric, before),
            period: before,
        })
    }
}

impl Against<'_> {
    /// The days that `period` is compared with; `None` when the calendar has no working days to be counted.
    pub fn period(&self, period: Period) -> Option<Period> {
        let grain = Grain::ALL.into_iter().rev().find(|grain| grain.bucket(period.from) == period);
        match (self, grain) {
            (Against::Previous, Some(grain)) => Some(period.previous(grain)),
            (Against::Previous, None) => {
                let days = u64::try_from(period.days()).ok()?;
                Some(Period { from: minus_days(period.from, days), until: period.from })
            }
            (Against::Year, Some(grain)) => Some(period.year_before(grain)),
            (Against::Year, None) => {
                let year = |date: chrono::NaiveDate| date.checked_sub_months(Months::new(12));
                Some(Period { from: year(period.from)?, until: year(period.until)? })
            }
            (Against::YearByBusinessDays(calendar), _) => by_business_days(period, calendar),
        }
    }
}

/// The span that begins twelve months before and has as many working days; it ends with one when `period` does, and with
/// the days off that follow when `period` does.
fn by_business_days(period: Period, calendar: &Calendar) -> Option<Period> {
    let from = period.from.checked_sub_months(Months::new(12))?;
    let count = calendar.business_day_count(period);
    let mut last = from;
    for _ in 0..count {
        last = plus_days(calendar.business_day_from(last)?, 1);
    }
    let until = match (count, calendar.is_business_day(period.last())) {
        (0, _) => plus_days(from, u64::try_from(period.days()).ok()?),
        (_, true) => last,
        (_, false) => calendar.business_day_from(last)?,
    };
    Some(Period { from, until })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{NaiveDate, Weekday};

    use super::*;
    use crate::metric::Unit;
    use crate::metric::catalog::Catalog;
    use crate::metric::snapshot::{DaySeries, SnapshotHeader, Window};

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn span(from: &str, until: &str) -> Period {
        Period { from: date(from), until: date(until) }
    }

    /// One deal won a day, two lost every tenth, from 2023-12-01 to 2025-01-31.
    fn snapshot() -> Snapshot {
        let (first, last) = (date("2023-12-01"), date("2025-01-31"));
        let days = (last - first).num_days() + 1;
        let series = |of: &dyn Fn(i64) -> i64| DaySeries { start_date: first, values: (0..days).map(of).collect() };
        Snapshot {
            header: SnapshotHeader {
                snapshot_id: 1,
                tenant: "main".into(),
                business_date: last,
                first_date: first,
                published_at: chrono::DateTime::UNIX_EPOCH,
                run_id: None,
                definition_hash: String::new(),
                currency: "USD".into(),
                revenue_mode: "deals".into(),
                watermarks: BTreeMap::new(),
                reconciliation: Vec::new(),
                warnings: Vec::new(),
                checks: Vec::new(),
            },
            catalog: Catalog::built_in(),
            points: BTreeMap::from([(
                "revenue".into(),
                BTreeMap::from([
                    (Slice::of(Window::Month), Figure::whole(150)),
                    (Slice::of(Window::Month).compared(Compare::Previous), Figure::whole(100)),
                    (Slice::of(Window::Month).compared(Compare::Year), Figure::whole(0)),
                    (Slice::of(Window::Year).compared(Compare::Year), Figure::whole(7)),
                ]),
            )]),
            series: BTreeMap::from([
                ("deals_won".into(), series(&|_| 1)),
                ("deals_lost".into(), series(&|day| if day % 10 == 0 { 2 } else { 0 })),
            ]),
            members: BTreeMap::new(),
            tables: BTreeMap::new(),
            documents: BTreeMap::new(),
        }
    }

    #[test]
    fn changes_are_exact_and_there_is_none_from_zero_or_from_the_unknown() {
        let snapshot = snapshot();
        let month = Slice::of(Window::Month);
        let previous = snapshot.compared("revenue", &month, Compare::Previous).expect("a window before");
        assert_eq!(previous.period, span("2024-12-01", "2025-01-01"));
        assert_eq!(previous.absolute(), Some(Figure::whole(50)));
        assert_eq!(previous.relative().and_then(|f| f.value(Unit::Percent)), Some(50.0));
        let year = snapshot.compared("revenue", &month, Compare::Year).expect("a year before");
        assert_eq!((year.absolute(), year.relative()), (Some(Figure::whole(150)), None));
        let unknown = snapshot.compared("revenue", &Slice::of(Window::Year), Compare::Year).expect("a year before");
        assert_eq!((unknown.before, unknown.absolute()), (None, None), "2023 lies before the first day");
        assert!(snapshot.compared("revenue", &Slice::of(Window::All), Compare::Previous).is_none());
    }

    #[test]
    fn any_days_compare_where_there_is_a_series() {
        let snapshot = snapshot();
        let compare = |metric: &str, period, against| snapshot.compared_over(metric, period, against);
        let ten = compare("deals_won", span("2025-01-11", "2025-01-21"), Against::Previous).expect("a series");
        assert_eq!((ten.period, ten.before), (span("2025-01-01", "2025-01-11"), Some(Figure::whole(10))));
        let january = compare("deals_won", span("2025-01-01", "2025-02-01"), Against::Previous).expect("a series");
        assert_eq!(january.period, span("2024-12-01", "2025-01-01"), "a month is compared with a month");
        let leap = compare("deals_won", span("2024-02-01", "2024-03-02"), Against::Year).expect("a series");
        assert_eq!((leap.period, leap.before), (span("2023-02-01", "2023-03-02"), None), "nothing is known of 2023");
        let rate = compare("win_rate", span("2025-01-01", "2025-01-31"), Against::Previous).expect("daily parts");
        let value = |figure: Option<Figure>| figure.and_then(|f| f.value(Unit::Percent));
        assert_eq!((value(rate.now), value(rate.absolute())), (Some(83.3), Some(0.0)));
        assert!(compare("mrr", span("2025-01-01", "2025-01-31"), Against::Previous).is_none(), "a stock has no days");
        assert!(snapshot.over("deals_won", span("2025-01-01", "2025-02-02")).is_none(), "tomorrow is not known");
    }

    #[test]
    fn a_year_before_has_as_many_working_days_when_asked() {
        let calendar =
            Calendar { name: "plain".into(), weekend: vec![Weekday::Sat, Weekday::Sun], holidays: Vec::new() };
        let against = Against::YearByBusinessDays(&calendar);
        // 23 working days in January 2025, ending on a Friday; 2024 began on a Monday and has its 23rd on the 31st.
        assert_eq!(against.period(span("2025-01-01", "2025-02-01")), Some(span("2024-01-01", "2024-02-01")));
        // 20 in February 2025; 2024's has 21, so it ends a day earlier.
        assert_eq!(against.period(span("2025-02-01", "2025-03-01")), Some(span("2024-02-01", "2024-02-29")));
        // A week with its weekend keeps a weekend.
        let week = against.period(span("2025-01-06", "2025-01-13")).expect("working days");
        assert_eq!((week, calendar.business_day_count(week)), (span("2024-01-06", "2024-01-15"), 5));
    }

    #[test]
    fn a_deal_is_worth_no_orders_where_orders_are_the_revenue() {
        let mut snapshot = snapshot();
        let deals = snapshot.series["deals_won"].clone();
        snapshot.series.insert("revenue".into(), deals);
        let month = span("2025-01-01", "2025-02-01");
        assert_eq!(snapshot.over("avg_deal_value", month), Some(Figure::ratio(31, 31)));
        snapshot.header.revenue_mode = "orders".into();
        assert!(snapshot.over("avg_deal_value", month).is_none() && !snapshot.is_daily("avg_deal_value"));
        assert!(snapshot.is_daily("win_rate") && snapshot.is_daily("revenue") && !snapshot.is_daily("churn_rate"));
    }
}
