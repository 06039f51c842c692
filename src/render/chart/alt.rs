//! A chart in words, made from its numbers: for screen readers, for mails without pictures.

use crate::render::chart::ChartSpec;
use crate::render::chart::gauge::target_words;
use crate::report::{Chart, ChartKind, Document, Figure, Unit, say};

/// More members than this are summed up rather than read out.
const SPOKEN_COUNT_MAX: usize = 12;
/// More series than this are summed up.
const SERIES_COUNT_MAX: usize = 6;

/// What the chart shows, with its numbers.
pub fn chart_alt(document: &Document, chart: &Chart) -> String {
    let phrases = document.locale.phrases();
    let kind = match chart.kind {
        ChartKind::Line | ChartKind::Sparkline => phrases.line_chart,
        ChartKind::Area => phrases.area_chart,
        ChartKind::Bar | ChartKind::HorizontalBar => phrases.bar_chart,
        ChartKind::StackedBar => phrases.stacked_chart,
        ChartKind::Donut => phrases.ring_chart,
        ChartKind::Pie => phrases.pie_chart,
        ChartKind::Funnel => phrases.funnel,
        ChartKind::Heatmap => phrases.heat_map,
        ChartKind::Scatter => phrases.scatter,
        ChartKind::Gauge => phrases.gauge,
        ChartKind::Waterfall => phrases.bridge,
    };
    let span = if chart.span.is_empty() { String::new() } else { format!(", {}", chart.span) };
    let head = format!("{kind}: {}{span}.", chart.title);
    if chart.is_empty() {
        return format!("{head} {}.", phrases.no_values);
    }
    let spec = ChartSpec::new(document, chart);
    let body = match chart.kind {
        ChartKind::Line | ChartKind::Area | ChartKind::Sparkline => time_words(&spec),
        ChartKind::Bar | ChartKind::HorizontalBar | ChartKind::Funnel | ChartKind::StackedBar | ChartKind::Heatmap => {
            series_words(&spec)
        }
        ChartKind::Waterfall => member_words(&spec, 0, "+"),
        ChartKind::Donut | ChartKind::Pie => share_words(&spec),
        ChartKind::Scatter => scatter_words(&spec),
        ChartKind::Gauge => gauge_words(&spec),
    };
    let target = match chart.target {
        Some(_) if chart.kind != ChartKind::Gauge => format!(" {}.", say(phrases.target, &[&spec.said(chart.target)])),
        _ => String::new(),
    };
    format!("{head} {body}{target}")
}

impl ChartSpec<'_> {
    fn said(&self, figure: Option<Figure>) -> String {
        self.locale.full(figure, self.chart.unit, self.currency)
    }

    /// `a, b, c, and 4 more`.
    fn listed(&self, spoken: Vec<String>, count: usize) -> String {
        let rest = count.saturating_sub(spoken.len());
        match rest {
            0 => spoken.join(", "),
            rest => format!("{}, {}", spoken.join(", "), say(self.locale.phrases().and_more, &[&rest.to_string()])),
        }
    }
}

/// First, last, highest and lowest of the first series; the sums of all where a sum means something.
fn time_words(spec: &ChartSpec<'_>) -> String {
    let (chart, phrases) = (spec.chart, spec.locale.phrases());
    let figures = &chart.series[0].figures;
    let known: Vec<(usize, Figure)> = figures.iter().enumerate().filter_map(|(at, f)| f.map(|f| (at, f))).collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return String::new() };
    let point =
        |(at, f): &(usize, Figure)| say(phrases.value_in, &[&spec.said(Some(*f)), &chart.categories[*at].label]);
    let value = |f: &Figure| f.value(chart.unit).unwrap_or(0.0);
    let high = known.iter().max_by(|a, b| value(&a.1).total_cmp(&value(&b.1))).unwrap_or(last);
    let low = known.iter().min_by(|a, b| value(&a.1).total_cmp(&value(&b.1))).unwrap_or(first);
    let mut words = say(phrases.from_to, &[&point(first), &point(last), &point(high), &point(low)]);
    let has_sums = matches!(chart.unit, Unit::Count | Unit::Money);
    for series in chart.series.iter().take(SERIES_COUNT_MAX) {
        let known: Vec<&Figure> = series.figures.iter().flatten().collect();
        let is_summable = has_sums && known.iter().all(|f| f.denominator == 1) && chart.kind != ChartKind::Sparkline;
        let said = match is_summable {
            true => {
                let sum = Figure::whole(known.iter().map(|f| f.numerator).sum());
                say(phrases.in_sum, &[&series.name, &spec.said(Some(sum))])
            }
            false => format!("{}: {}.", series.name, spec.said(series.figures.last().copied().flatten())),
        };
        words.push(' ');
        words.push_str(&said);
    }
    words
}

/// Every series with its members; the name of the series only where there are several.
fn series_words(spec: &ChartSpec<'_>) -> String {
    let count = spec.chart.series.len();
    let said = |at: usize| match count {
        1 => member_words(spec, at, ""),
        _ => format!("{}: {}", spec.chart.series[at].name, member_words(spec, at, "")),
    };
    let words: Vec<String> = (0..count.min(SERIES_COUNT_MAX)).map(said).collect();
    let rest = count - words.len();
    let more = if rest > 0 {
        format!(" {}.", say(spec.locale.phrases().and_more, &[&rest.to_string()]))
    } else {
        String::new()
    };
    words.join(" ") + &more
}

/// Every member with its value; `plus` stands before movements that are above zero.
fn member_words(spec: &ChartSpec<'_>, series: usize, plus: &str) -> String {
    let known = spec.chart.categories.iter().zip(&spec.chart.series[series].figures).filter(|(_, f)| f.is_some());
    let count = known.clone().count();
    let spoken = known
        .take(SPOKEN_COUNT_MAX)
        .map(|(category, figure)| {
            let is_rise = !category.is_total && figure.is_some_and(|f| f.numerator > 0);
            format!("{} {}{}", category.label, if is_rise { plus } else { "" }, spec.said(*figure))
        })
        .collect();
    format!("{}.", spec.listed(spoken, count))
}

fn share_words(spec: &ChartSpec<'_>) -> String {
    let figures = &spec.chart.series[0].figures;
    let parts: Vec<i64> = figures.iter().map(|f| f.and_then(|f| f.rounded()).unwrap_or(0)).collect();
    let shares = spec.locale.shares(&parts);
    let spoken = spec
        .chart
        .categories
        .iter()
        .zip(figures.iter().zip(&shares))
        .take(SPOKEN_COUNT_MAX)
        .map(|(category, (figure, share))| format!("{} {} ({share})", category.label, spec.said(*figure)))
        .collect();
    format!("{}.", spec.listed(spoken, figures.len()))
}

/// Every point with both its measures.
fn scatter_words(spec: &ChartSpec<'_>) -> String {
    let chart = spec.chart;
    let unit_across = chart.unit_across.unwrap_or(chart.unit);
    let upwards = chart.series.get(1).map_or(&[][..], |s| &s.figures);
    let spoken = chart
        .categories
        .iter()
        .zip(chart.series[0].figures.iter().zip(upwards))
        .take(SPOKEN_COUNT_MAX)
        .map(|(category, (across, up))| {
            let across = spec.locale.full(*across, unit_across, spec.currency);
            format!("{} ({across}; {})", category.label, spec.said(*up))
        })
        .collect();
    let names: Vec<&str> = chart.series.iter().take(2).map(|s| s.name.as_str()).collect();
    format!("{}: {}.", names.join("; "), spec.listed(spoken, chart.categories.len()))
}

fn gauge_words(spec: &ChartSpec<'_>) -> String {
    let figure = spec.chart.series[0].figures.first().copied().flatten();
    match spec.chart.target {
        Some(_) => format!("{}. {}.", spec.said(figure), target_words(spec, figure)),
        None => format!("{}.", spec.said(figure)),
    }
}
