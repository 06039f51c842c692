//! A chart in words, made from its numbers: for screen readers, for mails without pictures.

use crate::report::Figure;
use crate::report::{Chart, ChartKind, Document};

/// More members than this are summed up rather than read out.
const SPOKEN_COUNT_MAX: usize = 8;

/// What the chart shows, with its numbers.
pub fn chart_alt(document: &Document, chart: &Chart) -> String {
    let kind = match chart.kind {
        ChartKind::Line | ChartKind::Area | ChartKind::Sparkline => "Line chart",
        ChartKind::Bar | ChartKind::HorizontalBar | ChartKind::StackedBar => "Bar chart",
        ChartKind::Donut => "Ring chart",
        ChartKind::Pie => "Pie chart",
        ChartKind::Funnel => "Funnel",
        ChartKind::Heatmap => "Heat map",
        ChartKind::Scatter => "Scatter chart",
        ChartKind::Gauge => "Gauge",
        ChartKind::Waterfall => "Bridge",
    };
    let head = format!("{kind}: {}, {}.", chart.title, chart.span);
    if chart.is_empty() {
        return format!("{head} No values in this span.");
    }
    let body = match chart.kind {
        ChartKind::Line | ChartKind::Area => time_words(document, chart),
        _ => member_words(document, chart),
    };
    format!("{head} {body}")
}

fn say(document: &Document, chart: &Chart, figure: Option<Figure>) -> String {
    document.locale.full(figure, chart.unit, &document.currency)
}

/// First, last, highest and lowest of the first series; the sums of both.
fn time_words(document: &Document, chart: &Chart) -> String {
    let figures = &chart.series[0].figures;
    let known: Vec<(usize, Figure)> = figures.iter().enumerate().filter_map(|(at, f)| f.map(|f| (at, f))).collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return String::new() };
    let point =
        |(at, f): &(usize, Figure)| format!("{} in {}", say(document, chart, Some(*f)), chart.categories[*at].label);
    let value = |f: &Figure| f.numerator;
    let high = known.iter().max_by_key(|(_, f)| value(f)).unwrap_or(last);
    let low = known.iter().min_by_key(|(_, f)| value(f)).unwrap_or(first);
    let mut words =
        format!("From {} to {}; highest {}, lowest {}.", point(first), point(last), point(high), point(low));
    for series in &chart.series {
        let sum: i64 = series.figures.iter().flatten().map(|f| f.numerator).sum();
        let sum = say(document, chart, Some(Figure::whole(sum)));
        words.push_str(&format!(" {}: {sum} in sum.", series.name));
    }
    words
}

/// Every member with its value.
fn member_words(document: &Document, chart: &Chart) -> String {
    let pairs = chart.categories.iter().zip(&chart.series[0].figures);
    let spoken: Vec<String> = pairs
        .take(SPOKEN_COUNT_MAX)
        .map(|(category, figure)| format!("{} {}", category.label, say(document, chart, *figure)))
        .collect();
    let rest = chart.categories.len().saturating_sub(SPOKEN_COUNT_MAX);
    match rest {
        0 => format!("{}.", spoken.join(", ")),
        rest => format!("{}, and {rest} more.", spoken.join(", ")),
    }
}
