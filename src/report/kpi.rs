//! Tiles: one number each, with what it is compared to and whether that is good news.

use crate::base::money::divide_round;
use crate::base::{Grain, Period};
use crate::metric::{Compare, Figure, Metric, Unit, Window};
use crate::report::build::Source;
use crate::report::chart::last_buckets;
use crate::report::document::{Change, Judgment, Kpi, KpiRow};
use crate::report::error::ReportError;
use crate::report::locale::Locale;
use crate::report::template::{KpiTemplate, KpisTemplate};

/// Fills the tiles of a section.
pub(super) fn build_kpis(source: &Source<'_>, template: &KpisTemplate, id: String) -> Result<KpiRow, ReportError> {
    let tiles = template.tiles.iter().map(|tile| build_kpi(source, tile)).collect::<Result<_, _>>()?;
    Ok(KpiRow { id, title: template.title.clone(), tiles })
}

fn build_kpi(source: &Source<'_>, tile: &KpiTemplate) -> Result<Kpi, ReportError> {
    let (metric, window) = (tile.measure.metric, tile.measure.window);
    source.require(metric)?;
    source.require_filter(&tile.measure)?;
    let slice = source.slice_of(&tile.measure);
    let figure = source.snapshot.figure(metric.name, &slice);
    let change = tile.compare.and_then(|compare| {
        let period = window.compared(compare, source.snapshot.header.business_date)?;
        let before = source.snapshot.figure(metric.name, &slice.clone().compared(compare));
        // What a member had before is not published for every metric: its tile says its own dates then.
        let is_said = before.is_some() || source.scope.is_none();
        is_said.then(|| compare_figures(metric, (figure, before), (window, compare), (source.locale, period)))
    });
    Ok(Kpi {
        metric: metric.versioned(),
        label: tile.measure.label(source.locale),
        span: source.span(metric, window),
        unit: metric.unit,
        figure,
        is_apart: change.is_some() && window != source.window,
        change,
        trend: if tile.has_trend { trend(source, tile) } else { Vec::new() },
    })
}

/// The buckets of the window's grain up to the value, where the metric has a daily series; nothing where it has none.
fn trend(source: &Source<'_>, tile: &KpiTemplate) -> Vec<Option<Figure>> {
    let grain = match tile.measure.window {
        Window::Week => Grain::Week,
        Window::Month => Grain::Month,
        Window::Quarter => Grain::Quarter,
        Window::All | Window::Year => return Vec::new(),
    };
    let is_cut = tile.measure.filter.is_some() || source.scope.is_some();
    let header = &source.snapshot.header;
    let Some(series) = source.snapshot.series.get(tile.measure.metric.name).filter(|_| !is_cut) else {
        return Vec::new();
    };
    let buckets = last_buckets(grain, TREND_LENGTH, header.business_date);
    let known = buckets.iter().filter(|bucket| bucket.until > header.first_date);
    known.map(|bucket| Some(Figure::whole(series.sum(*bucket)))).collect()
}

/// A year of months, a quarter of weeks: the length a glance takes in.
const TREND_LENGTH: usize = 13;

/// Compares `(now, before)`: percentages by points between the printed values, everything else
/// relatively from the exact ratios. Without a value on either side, or from zero, nothing is said.
pub(super) fn compare_figures(
    metric: &Metric,
    (now, before): (Option<Figure>, Option<Figure>),
    (window, compare): (Window, Compare),
    (locale, period): (Locale, Period),
) -> Change {
    let in_points = metric.unit == Unit::Percent;
    let tenths = now.zip(before).and_then(|(now, before)| match in_points {
        true => Some(((now.value(Unit::Percent)? - before.value(Unit::Percent)?) * 10.0).round() as i64),
        false => relative_tenths(now, before),
    });
    Change {
        figure: before,
        tenths,
        in_points,
        judgment: Judgment::of(metric.direction, tenths),
        against: against(locale, window, compare),
        period,
    }
}

/// `(now - before) / |before|` in tenths of a percent.
fn relative_tenths(now: Figure, before: Figure) -> Option<i64> {
    let cross = |a: i64, b: i64| i128::from(a) * i128::from(b);
    if now.denominator == 0 {
        return None;
    }
    let difference = cross(now.numerator, before.denominator).checked_sub(cross(before.numerator, now.denominator))?;
    let base = cross(before.numerator, now.denominator).abs();
    let sign = i128::from(now.denominator.signum() * before.denominator.signum());
    divide_round(difference.checked_mul(1000 * sign)?, base).and_then(|t| i64::try_from(t).ok())
}

fn against(locale: Locale, window: Window, compare: Compare) -> String {
    let words = locale.phrases();
    let against = match (window, compare) {
        (Window::All, _) => words.before,
        (Window::Week, Compare::Previous) => words.prior_week,
        (Window::Week, Compare::Year) => words.week_last_year,
        (Window::Month, Compare::Previous) => words.prior_month,
        (Window::Month, Compare::Year) => words.month_last_year,
        (Window::Quarter, Compare::Previous) => words.prior_quarter,
        (Window::Quarter, Compare::Year) => words.quarter_last_year,
        (Window::Year, _) => words.prior_year,
    };
    against.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::catalog;

    fn change(metric: &str, now: Option<Figure>, before: Option<Figure>) -> Change {
        let day = "2026-11-16".parse().expect("a date");
        let metric = catalog::find(metric).expect("a metric");
        compare_figures(
            metric,
            (now, before),
            (Window::Week, Compare::Previous),
            (Locale::En, Period { from: day, until: day }),
        )
    }

    #[test]
    fn percentages_differ_by_points_and_amounts_relatively() {
        let rate = change("win_rate", Some(Figure::ratio(20, 30)), Some(Figure::ratio(1, 2)));
        assert_eq!((rate.tenths, rate.in_points, rate.judgment), (Some(167), true, Judgment::Good));
        let lost = change("deals_lost", Some(Figure::whole(3)), Some(Figure::whole(2)));
        assert_eq!((lost.tenths, lost.in_points, lost.judgment), (Some(500), false, Judgment::Bad));
        let days = change("avg_days_to_close", Some(Figure::ratio(60, 2)), Some(Figure::ratio(120, 3)));
        assert_eq!((days.tenths, days.judgment), (Some(-250), Judgment::Good));
    }

    #[test]
    fn nothing_is_said_from_zero_or_from_nothing() {
        for before in [None, Some(Figure::whole(0)), Some(Figure::ratio(0, 0))] {
            let change = change("revenue", Some(Figure::whole(500)), before);
            assert_eq!((change.tenths, change.judgment), (None, Judgment::Neutral));
        }
        assert_eq!(change("win_rate", Some(Figure::ratio(0, 0)), Some(Figure::ratio(1, 2))).tenths, None);
        assert_eq!(change("avg_deal_value", Some(Figure::ratio(0, 0)), Some(Figure::ratio(9, 2))).tenths, None);
    }
}
