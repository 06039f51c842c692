//! Charts: what is drawn, along what, and which pictures would lie.

use crate::base::Grain;
use crate::base::strict_toml::{Placed, Table};
use crate::metric::Unit;
use crate::report::document::{ChartKind, Width};
use crate::report::parse::name::{find_dimension, find_metric, read_measure, read_measures, read_members, refuse_cut};
use crate::report::parse::said::said;
use crate::report::parse::{Defaults, WINDOWS};
use crate::report::template::{By, ChartTemplate, Measure, Target};

const SHAPES: &[(&str, ChartKind)] = &[
    ("line", ChartKind::Line),
    ("area", ChartKind::Area),
    ("bar", ChartKind::Bar),
    ("stacked-bar", ChartKind::StackedBar),
    ("horizontal-bar", ChartKind::HorizontalBar),
    ("pie", ChartKind::Pie),
    ("donut", ChartKind::Donut),
    ("funnel", ChartKind::Funnel),
    ("scatter", ChartKind::Scatter),
    ("gauge", ChartKind::Gauge),
    ("sparkline", ChartKind::Sparkline),
    ("waterfall", ChartKind::Waterfall),
];
/// More points than this are not told apart at a page's width.
const BUCKET_COUNT_MAX: i64 = 60;
/// More lines or parts than this are not told apart by any palette.
const SERIES_COUNT_MAX: usize = 8;

pub(super) fn read_chart(section: &Table<'_, '_>, defaults: Defaults<'_>) -> Option<ChartTemplate> {
    let title = said(section, "title", defaults.locale);
    let kind = section.choice("shape", SHAPES, ChartKind::Bar);
    let width = section.choice("width", &[("full", Width::Full), ("half", Width::Half)], Width::Full);
    let window = section.choice("window", WINDOWS, defaults.window);
    let defaults = Defaults { window, ..defaults };
    let measures = match section.has("metrics") {
        true => read_measures(section, "metrics", defaults),
        false => read_measure(section, "metric", defaults).into_iter().collect(),
    };
    check_measures(section, kind, &measures);
    let by = match kind {
        ChartKind::Gauge => Some(By::Nothing),
        ChartKind::Waterfall => read_bridge(section, defaults),
        _ => read_by(section, &measures, defaults),
    };
    let across = match kind {
        ChartKind::Scatter => read_across(section, defaults, by.as_ref()),
        _ => None,
    };
    let target = read_target(section, kind, defaults);
    check_shape(section, kind, by.as_ref(), &measures);
    let is_short_of_across = kind == ChartKind::Scatter && across.is_none();
    if measures.is_empty() || is_short_of_across {
        return None;
    }
    Some(ChartTemplate { title: title?.value, kind, width, measures, by: by?, across, target })
}

fn check_measures(section: &Table<'_, '_>, kind: ChartKind, measures: &[Measure]) {
    let Some(metrics) = section.span_of("metrics") else { return };
    let file = section.file();
    if section.has("metric") {
        file.problem(&metrics, "`metric` and `metrics` exclude each other", None);
    }
    let is_of_one = matches!(
        kind,
        ChartKind::Pie
            | ChartKind::Donut
            | ChartKind::Funnel
            | ChartKind::Scatter
            | ChartKind::Gauge
            | ChartKind::Waterfall
    );
    if is_of_one && measures.len() > 1 {
        file.problem(&metrics, "this shape draws one metric", Some("write metric = \"…\"".to_owned()));
    }
    if measures.len() > SERIES_COUNT_MAX {
        file.problem(&metrics, format!("more than {SERIES_COUNT_MAX} metrics are not told apart"), None);
    }
    let unit = measures.first().map(|m| m.metric.unit);
    if let Some(other) = measures.iter().find(|m| Some(m.metric.unit) != unit && kind != ChartKind::Sparkline) {
        let message = format!("`{}` is counted in something else than the first metric", other.metric.name);
        file.problem(&metrics, message, Some("one axis has one unit; draw a second chart".to_owned()));
    }
}

fn read_by(section: &Table<'_, '_>, measures: &[Measure], defaults: Defaults<'_>) -> Option<By> {
    let by = section.text("by");
    let grain = by.as_ref().and_then(|b| Grain::parse(&b.value));
    let read = match (by, grain) {
        (Some(by), _) if defaults.scope.is_some_and(|scope| scope != by.value) => {
            refuse_cut(section, &by, defaults.scope.unwrap_or_default());
            None
        }
        (Some(by), Some(grain)) if !measures.is_empty() => return read_time(section, measures, (&by, grain), defaults),
        (Some(by), None) if !measures.is_empty() => return read_cut(section, measures, &by, defaults),
        _ => None,
    };
    // Asked for, so that they are not called unknown beside the problem that matters.
    for key in ["last", "compare", "members", "top", "sort"] {
        section.has(key);
    }
    read
}

fn read_time(
    section: &Table<'_, '_>,
    measures: &[Measure],
    (by, grain): (&Placed<String>, Grain),
    defaults: Defaults<'_>,
) -> Option<By> {
    let last = section.integer_or("last", 12, 2..=BUCKET_COUNT_MAX) as usize;
    let with_year_before = section.choice("compare", &[("year", true), ("none", false)], false);
    let file = section.file();
    for measure in measures {
        if !measure.metric.has_series {
            let series: Vec<&str> = defaults.catalog.iter().filter(|m| m.has_series).map(|m| m.name).collect();
            let message = format!("metric `{}` has no daily series to be drawn by {}", measure.metric.name, by.value);
            file.problem(&by.span, message, Some(format!("series: {}", series.join(", "))));
            return None;
        }
        if measure.filter.is_some() {
            file.problem(&by.span, "a daily series is of the whole: it has no filter", None);
            return None;
        }
    }
    Some(By::Time { grain, last, with_year_before: with_year_before && measures.len() == 1 })
}

fn read_cut(section: &Table<'_, '_>, measures: &[Measure], by: &Placed<String>, defaults: Defaults<'_>) -> Option<By> {
    let members = read_members(section, defaults);
    let top = section.has("top").then(|| section.integer_or("top", 5, 1..=50) as usize);
    let by_value = section.choice("sort", &[("value", true), ("member", false)], top.is_some());
    if measures.iter().any(|m| m.filter.is_some()) {
        section.file().problem(&by.span, "a number is cut once: use `members` instead of a filter", None);
        return None;
    }
    let has_series = measures.iter().all(|m| m.metric.has_series);
    let grains = if has_series { Grain::ALL.map(Grain::name).to_vec() } else { Vec::new() };
    let metrics: Vec<_> = measures.iter().map(|m| m.metric).collect();
    let name = find_dimension(section, by, &metrics, &grains)?;
    Some(By::Dimension { name, members, top, by_value })
}

/// The steps of a bridge: from the opening by what comes and goes to the closing, which is `metric`.
fn read_bridge(section: &Table<'_, '_>, defaults: Defaults<'_>) -> Option<By> {
    let opening = section.text_opt("opening");
    let opening = match opening {
        Some(name) => Some(find_metric(section, &name, defaults)?),
        None => None,
    };
    let (mut steps, mut is_whole) = (Vec::new(), true);
    for (key, is_minus) in [("plus", false), ("minus", true)] {
        for name in section.texts(key) {
            match find_metric(section, &name, defaults) {
                Some(metric) => steps.push((metric, is_minus)),
                None => is_whole = false,
            }
        }
    }
    if steps.is_empty() && is_whole {
        let hint = "plus = [\"…\"] comes, minus = [\"…\"] goes, metric is where it ends".to_owned();
        section.file().problem(&section.span(), "a waterfall needs `plus` or `minus`", Some(hint));
    }
    is_whole.then_some(By::Bridge { opening, steps })
}

/// The metric along the horizontal axis of a scatter.
fn read_across(section: &Table<'_, '_>, defaults: Defaults<'_>, by: Option<&By>) -> Option<Measure> {
    let across = read_measure(section, "across", defaults)?;
    let Some(By::Dimension { name, .. }) = by else { return Some(across) };
    if across.metric.dimensions.contains(name) {
        return Some(across);
    }
    let span = section.span_of("across").unwrap_or_default();
    let message = format!("metric `{}` is not cut by `{name}`", across.metric.name);
    let hint = match across.metric.dimensions {
        [] => "it has no dimension".to_owned(),
        some => format!("it has: {}", some.join(", ")),
    };
    section.file().problem(&span, message, Some(hint));
    None
}

/// What values should reach: a number in the unit people read, or a metric.
fn read_target(section: &Table<'_, '_>, kind: ChartKind, defaults: Defaults<'_>) -> Option<Target> {
    let span = section.span_of("target");
    let metric = section.text_opt("target_metric").and_then(|name| find_metric(section, &name, defaults));
    let number = section.number_opt("target");
    if kind == ChartKind::Gauge && span.is_none() && !section.has("target_metric") {
        let hint = "target = 40 is a number as people read it, target_metric = \"…\" another metric".to_owned();
        section.file().problem(&section.span(), "a gauge needs a `target`", Some(hint));
    }
    match (metric, number) {
        (Some(metric), _) => Some(Target::Metric(metric)),
        (None, Some(number)) => Some(Target::Thousandths((number.value * 1_000.0).round() as i64)),
        (None, None) => None,
    }
}

/// Refuses pictures that would lie: a line through unordered members, shares of what does not add up.
fn check_shape(section: &Table<'_, '_>, kind: ChartKind, by: Option<&By>, measures: &[Measure]) {
    let (Some(by), Some(measure), Some(shape)) = (by, measures.first(), section.text_opt("shape")) else { return };
    let is_time = matches!(by, By::Time { .. });
    let adds_up = matches!(measure.metric.unit, Unit::Count | Unit::Money);
    let groups = matches!(by, By::Dimension { top: Some(_), .. });
    let problem = match kind {
        ChartKind::Line | ChartKind::Area | ChartKind::Sparkline if !is_time => {
            Some("needs `by` to be a grain: day, week, month, quarter, year")
        }
        ChartKind::Pie | ChartKind::Donut | ChartKind::Funnel | ChartKind::Scatter if is_time => {
            Some("needs `by` to be a dimension")
        }
        ChartKind::Pie | ChartKind::Donut if !adds_up => {
            Some("shows shares of a sum: the metric must be a count or an amount")
        }
        ChartKind::StackedBar if !adds_up => Some("stacks parts of a sum: the metrics must be counts or amounts"),
        ChartKind::Waterfall if !adds_up => Some("adds up: the metric must be a count or an amount"),
        ChartKind::Bar | ChartKind::HorizontalBar | ChartKind::StackedBar if groups && !adds_up => {
            Some("with `top` sums the rest: the metric must be a count or an amount")
        }
        _ => None,
    };
    if let Some(problem) = problem {
        section.file().problem(&shape.span, format!("shape `{}` {problem}", shape.value), None);
    }
}
