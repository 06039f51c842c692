//! Computes expressions over what is published beside them. Pure.

use std::collections::BTreeMap;

use crate::metric::Unit;
use crate::metric::catalog::{Catalog, Metric};
use crate::metric::kpi::{Exact, Expression, Kpi, KpiBody, Operator, Part, Word, unit};
use crate::metric::snapshot::{Compare, DaySeries, Figure, Member, Slice, Window};

/// Metric → slice → figure.
type Points = BTreeMap<String, BTreeMap<Slice, Figure>>;

/// Adds the points and series of every expression, in the order of `kpis`: a later one may rest on an earlier one.
///
/// A part that is not published for a slice leaves the slice out; a part without a value leaves it without one.
pub(in crate::metric) fn add_expressions(
    kpis: &[Kpi],
    catalog: &Catalog,
    points: &mut Points,
    series: &mut BTreeMap<String, DaySeries>,
    members: &BTreeMap<String, Vec<Member>>,
) {
    for kpi in kpis {
        let KpiBody::Expression { expression, is_additive, .. } = &kpi.body else { continue };
        let mut figures = BTreeMap::new();
        for slice in slices(kpi.metric, members) {
            let value = Value { points, catalog, slice: &slice }.of(expression);
            if let Some(value) = value {
                figures.insert(slice, value.map_or(Figure::ratio(0, 0), Exact::figure));
            }
        }
        points.insert(kpi.metric.name.to_owned(), figures);
        if *is_additive && kpi.metric.has_series {
            series.extend(day_series(expression, series).map(|days| (kpi.metric.name.to_owned(), days)));
        }
    }
}

/// Where a metric of the deployment's own is computed.
fn slices(metric: &Metric, members: &BTreeMap<String, Vec<Member>>) -> Vec<Slice> {
    let mut slices = Vec::new();
    for window in Window::ALL {
        slices.push(Slice::of(window));
        slices.extend(Compare::ALL.map(|compare| Slice::of(window).compared(compare)));
        for dimension in metric.dimensions {
            let of = members.get(*dimension).into_iter().flatten();
            slices.extend(of.map(|m| Slice::of(window).at(dimension, &m.member)));
        }
    }
    slices
}

impl Expression {
    /// The metrics it is made of at a slice, each with the slice it is taken at, in the order they stand.
    pub fn leaves_at(&self, slice: &Slice) -> Vec<(String, Slice)> {
        match &self.part {
            Part::Number(_) => Vec::new(),
            Part::Metric { name, filters } => {
                narrowed(slice, filters).into_iter().map(|slice| (name.clone(), slice)).collect()
            }
            Part::Pair(_, left, right) => [left.leaves_at(slice), right.leaves_at(slice)].concat(),
        }
    }
}

struct Value<'a> {
    points: &'a Points,
    catalog: &'a Catalog,
    slice: &'a Slice,
}

impl Value<'_> {
    /// Not published: `None`; published without a value: `Some(None)`.
    fn of(&self, expression: &Expression) -> Option<Option<Exact>> {
        match &expression.part {
            Part::Number(number) => Some(Some(*number)),
            Part::Metric { name, filters } => {
                let slice = narrowed(self.slice, filters)?;
                Some(Exact::of(*self.points.get(name)?.get(&slice)?))
            }
            Part::Pair(operator, left, right) => {
                let (l, r) = (self.of(left)?, self.of(right)?);
                let Some((l, r)) = l.zip(r) else { return Some(None) };
                Some(match operator {
                    Operator::Plus => l.plus(r),
                    Operator::Minus => l.minus(r),
                    Operator::Times => l.times(r),
                    Operator::Over => {
                        let (left, right) = (self.unit(left), self.unit(right));
                        let factor = unit::combine(Operator::Over, left, right).ok().and_then(|(_, factor)| factor);
                        l.over(r).and_then(|q| factor.map_or(Some(q), |f| q.times(f)))
                    }
                })
            }
        }
    }

    fn unit(&self, expression: &Expression) -> Unit {
        match &expression.part {
            Part::Number(_) => Unit::Mean,
            Part::Metric { name, .. } => self.catalog.find(name).map_or(Unit::Mean, |m| m.unit),
            Part::Pair(operator, left, right) => {
                unit::combine(*operator, self.unit(left), self.unit(right)).map_or(Unit::Mean, |(unit, _)| unit)
            }
        }
    }
}

/// The slice a metric is taken at: its own window and comparison before those of the whole. `None` for one that is
/// never published: the comparison of a comparison, the comparison of a member.
fn narrowed(slice: &Slice, filters: &[(Word, Word)]) -> Option<Slice> {
    let mut narrowed = slice.clone();
    for ((key, _), (value, _)) in filters {
        match key.as_str() {
            "window" => narrowed.window = Window::parse(value)?,
            "compare" if slice.compare.is_some() => return None,
            "compare" => narrowed.compare = Some(Compare::parse(value)?),
            dimension => narrowed.member = Some((dimension.to_owned(), value.clone())),
        }
    }
    (narrowed.compare.is_none() || narrowed.member.is_none()).then_some(narrowed)
}

/// Whether the days of an expression sum to its windows: sums, differences and whole multiples of daily metrics.
pub(super) fn is_additive(expression: &Expression, known: &BTreeMap<&str, Metric>) -> bool {
    match &expression.part {
        Part::Number(_) => false,
        Part::Metric { name, filters } => filters.is_empty() && known.get(name.as_str()).is_some_and(|m| m.has_series),
        Part::Pair(Operator::Plus | Operator::Minus, left, right) => {
            is_additive(left, known) && is_additive(right, known)
        }
        Part::Pair(..) => false,
    }
}

fn day_series(expression: &Expression, series: &BTreeMap<String, DaySeries>) -> Option<DaySeries> {
    match &expression.part {
        Part::Metric { name, .. } => series.get(name).cloned(),
        Part::Pair(operator, left, right) => {
            let (mut left, right) = (day_series(left, series)?, day_series(right, series)?);
            let sign = if *operator == Operator::Minus { -1 } else { 1 };
            left.values.iter_mut().zip(&right.values).for_each(|(l, r)| *l += sign * r);
            Some(left)
        }
        Part::Number(_) => None,
    }
}

/// What the house publishes by day, for tests of what is additive.
#[cfg(test)]
pub(super) fn of_the_house() -> BTreeMap<&'static str, Metric> {
    crate::metric::catalog::CATALOG.iter().map(|m| (m.name, *m)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::kpi::parse_expression;

    fn at(window: Window, numerator: i64, denominator: i64) -> (Slice, Figure) {
        (Slice::of(window), Figure::ratio(numerator, denominator))
    }

    fn value(text: &str, slice: &Slice) -> Option<Option<Figure>> {
        let points: Points = BTreeMap::from([
            (
                "revenue".to_owned(),
                BTreeMap::from([
                    at(Window::Month, 30_000, 1),
                    at(Window::Year, 120_000, 1),
                    (Slice::of(Window::Month).compared(Compare::Previous), Figure::whole(20_000)),
                    (Slice::of(Window::Month).at("tier", "pro"), Figure::whole(9_000)),
                ]),
            ),
            ("deals_won".to_owned(), BTreeMap::from([at(Window::Month, 3, 1), at(Window::Year, 0, 1)])),
            ("avg_days_to_close".to_owned(), BTreeMap::from([at(Window::Month, 60, 3)])),
            ("avg_lifetime_weeks".to_owned(), BTreeMap::from([at(Window::Month, 10, 1)])),
            ("churn_rate".to_owned(), BTreeMap::from([at(Window::Month, 1, 4)])),
        ]);
        let expression = parse_expression(text).expect(text);
        let catalog = Catalog::built_in();
        Value { points: &points, catalog: &catalog, slice }.of(&expression).map(|v| v.map(Exact::figure))
    }

    #[test]
    fn an_expression_is_exact_and_knows_windows_members_and_comparisons() {
        let month = Slice::of(Window::Month);
        let said = |text: &str, unit| value(text, &month).flatten().and_then(|f| f.value(unit));
        assert_eq!(said("revenue / deals_won / avg_days_to_close", Unit::Money), Some(500.0));
        assert_eq!(said("revenue[tier = pro] / revenue", Unit::Percent), Some(30.0));
        assert_eq!(said("revenue / revenue[compare = previous] - 1", Unit::Percent), Some(50.0));
        assert_eq!(said("revenue * 12 / revenue[window = year]", Unit::Mean), Some(3.0));
        assert_eq!(said("1 - churn_rate", Unit::Percent), Some(75.0));
        assert_eq!(said("avg_lifetime_weeks / avg_days_to_close", Unit::Mean), Some(3.5));
        assert_eq!(said("-deals_won + 0.5", Unit::Mean), Some(-2.5));
    }

    #[test]
    fn without_a_divisor_there_is_no_value_and_without_a_point_there_is_none() {
        assert_eq!(value("revenue / deals_won", &Slice::of(Window::Year)), Some(None));
        assert_eq!(value("revenue", &Slice::of(Window::Week)), None);
        let before = Slice::of(Window::Month).compared(Compare::Previous);
        assert_eq!(value("revenue[compare = previous]", &before), None);
        assert_eq!(value("revenue[tier = pro]", &before), None);
    }

    #[test]
    fn days_sum_to_windows_only_where_nothing_is_divided() {
        let is_so = |text: &str| is_additive(&parse_expression(text).expect(text), &of_the_house());
        assert!(is_so("deals_won - deals_lost") && is_so("revenue"));
        for text in ["revenue / deals_won", "win_rate", "open_deals", "revenue[tier = pro]", "revenue + 1"] {
            assert!(!is_so(text), "{text}");
        }
        let days = |values: &[i64]| DaySeries { start_date: chrono::NaiveDate::default(), values: values.to_vec() };
        let series = BTreeMap::from([("deals_won".into(), days(&[3, 1])), ("deals_lost".into(), days(&[1, 2]))]);
        let net = day_series(&parse_expression("deals_won - deals_lost").expect("reads"), &series);
        assert_eq!(net, Some(days(&[2, -1])));
    }
}
