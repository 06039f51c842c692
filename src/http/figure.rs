//! A metric over any window, found among what was published: summed from its daily series, or the published point of
//! a window with the same days. What was not published is not guessed.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::base::Period;
use crate::http::parameter::Query;
use crate::http::refusal::Refusal;
use crate::metric::catalog::Nature;
use crate::metric::{Against, Compare, Comparison, Figure, Metric, Slice, Snapshot, Unit, Window};

/// The days an answer is about, and those they are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) period: Period,
    pub(super) compared: Option<Period>,
}

impl Cut {
    /// The window that `query` names; `None` when it names neither a window nor a comparison. A comparison alone is one
    /// of the last complete month.
    pub(super) fn read(query: &Query, snapshot: &Snapshot) -> Result<Option<Cut>, Refusal> {
        let (business_date, first_date) = (snapshot.header.business_date, snapshot.header.first_date);
        let compare = query.get("compare");
        let named = query.get("window").and_then(Window::parse);
        let period = match (query.date("start_date"), query.date("end_date")) {
            (Some(_), _) | (_, Some(_)) if named.is_some() => {
                return Err(Refusal::parameter("window", "a window and two dates cannot both be: leave one out"));
            }
            (Some(start_date), Some(end_date)) => window(start_date, end_date)?,
            (Some(_), None) => return Err(half("end_date")),
            (None, Some(_)) => return Err(half("start_date")),
            (None, None) => match (named, compare) {
                (Some(named), _) => named.period(business_date, first_date),
                (None, Some(_)) => Window::Month.period(business_date, first_date),
                (None, None) => return Ok(None),
            },
        };
        let against = |compare| if compare == "year" { Against::Year } else { Against::Previous };
        Ok(Some(Cut { period, compared: compare.and_then(|compare| against(compare).period(period)) }))
    }

    /// The days, as `meta` and windowed answers tell them.
    pub(super) fn told(period: Period) -> Value {
        json!({ "start_date": period.from, "end_date": period.last() })
    }
}

/// A window of two days that both belong to it.
pub(super) fn window(start_date: NaiveDate, end_date: NaiveDate) -> Result<Period, Refusal> {
    if end_date < start_date {
        let message = format!("end_date {end_date} is before start_date {start_date}; both days are included");
        return Err(Refusal::parameter("end_date", message));
    }
    Ok(Period::inclusive(start_date, end_date))
}

fn half(missing: &str) -> Refusal {
    Refusal::missing_parameter(missing, format!("{missing} is required: a window has a first and a last day"))
}

/// The figure of a metric over `period`, for one member of a dimension or for all; `None` where it was not published.
pub(super) fn over(
    snapshot: &Snapshot,
    metric: &Metric,
    period: Period,
    member: Option<(&str, &str)>,
) -> Option<Figure> {
    if let (None, Some(figure)) = (member, snapshot.over(metric.name, period)) {
        return Some(figure);
    }
    let slice = published_slice(snapshot, metric, period)?;
    let points = snapshot.points.get(metric.name)?;
    let Some((dimension, member)) = member else { return points.get(&slice).copied() };
    // A member without a row has nothing to count, and nothing to divide by.
    let nothing = match metric.unit {
        Unit::Count | Unit::Money if !points.contains_key(&slice) => return None,
        Unit::Count | Unit::Money => Figure::whole(0),
        _ => Figure::ratio(0, 0),
    };
    Some(points.get(&slice.at(dimension, member)).copied().unwrap_or(nothing))
}

/// The published window, or compared window, that covers the same days; for a stock, one that ends on the same day.
fn published_slice(snapshot: &Snapshot, metric: &Metric, period: Period) -> Option<Slice> {
    let (business_date, first_date) = (snapshot.header.business_date, snapshot.header.first_date);
    let is_same = |published: Period| match metric.nature {
        Nature::Flow => published == period,
        Nature::Stock => published.until == period.until,
    };
    let covers_all = period.from <= first_date && period.last() == business_date;
    if covers_all || (metric.nature == Nature::Stock && period.last() == business_date) {
        return Some(Slice::of(Window::All));
    }
    let windows = Window::ALL.into_iter();
    windows
        .flat_map(|window| {
            let plain = (window.period(business_date, first_date), Slice::of(window));
            let compared = [Compare::Previous, Compare::Year].into_iter();
            let compared = compared.filter_map(move |compare| {
                Some((window.compared(compare, business_date)?, Slice::of(window).compared(compare)))
            });
            std::iter::once(plain).chain(compared)
        })
        .filter(|(published, _)| is_same(*published))
        .map(|(_, slice)| slice)
        .find(|slice| snapshot.points.get(metric.name).is_some_and(|points| points.contains_key(slice)))
}

/// A figure in the contract's form: money as cents, whole counts, one decimal otherwise, null for nothing to divide by.
pub(super) fn value(figure: Option<Figure>, unit: Unit, currency: &str) -> Value {
    let Some(figure) = figure else { return Value::Null };
    match unit {
        Unit::Money => figure.rounded().map_or(Value::Null, |cents| json!({ "cents": cents, "currency": currency })),
        Unit::Count => json!(figure.rounded()),
        _ => json!(figure.value(unit)),
    }
}

/// How a figure differs from an earlier one: in its own unit, and in percent of the earlier one.
pub(super) fn change(now: Option<Figure>, before: Option<Figure>, period: Period, unit: Unit, currency: &str) -> Value {
    let comparison = Comparison { now, before, period };
    json!({
        "absolute": value(comparison.absolute(), unit, currency),
        "relative": value(comparison.relative(), Unit::Percent, currency),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_exact_and_has_no_percent_of_nothing() {
        let date = "2025-01-01".parse().expect("a date");
        let told = |now, before, unit| change(Some(now), Some(before), Period::inclusive(date, date), unit, "USD");
        let money = told(Figure::whole(150), Figure::whole(120), Unit::Money);
        assert_eq!(money, json!({ "absolute": { "cents": 30, "currency": "USD" }, "relative": 25.0 }));
        // 2/3 against 1/2: 16.7 points, a third more.
        let rate = told(Figure::ratio(2, 3), Figure::ratio(1, 2), Unit::Percent);
        assert_eq!(rate, json!({ "absolute": 16.7, "relative": 33.3 }));
        let from_nothing = told(Figure::whole(5), Figure::whole(0), Unit::Count);
        assert_eq!(from_nothing, json!({ "absolute": 5, "relative": null }));
        let no_rate = told(Figure::ratio(1, 2), Figure::ratio(0, 0), Unit::Percent);
        assert_eq!(no_rate, json!({ "absolute": null, "relative": null }));
    }
}
