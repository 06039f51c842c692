//! A published table as a chart of the document.

use crate::metric::{Cell, Figure};
use crate::report::build::Source;
use crate::report::document::{Category, Chart, ChartKind, Series};
use crate::report::error::ReportError;
use crate::report::extract::ExtractChart;
use crate::report::extract::name::{name_category, name_cell};
use crate::report::extract::rows::{Group, figure_of, group_rows, pick_rows};
use crate::report::extract::table::{not_delivered, span};

/// Fills a chart. Without the entities its table rests on it has no value, and its span says why.
pub(crate) fn build_chart(source: &Source<'_>, template: &ExtractChart, id: String) -> Result<Chart, ReportError> {
    let extract = &template.extract;
    let picked = pick_rows(source, extract)?;
    let mut chart = Chart {
        id,
        title: template.title.clone(),
        span: match &picked {
            // Across a grid run counts of periods; its rows are the dates.
            Some(picked) => span(source, extract, (template.rows.unwrap_or(template.by.column), &picked.rows)),
            None => not_delivered(source, extract),
        },
        kind: template.kind,
        width: template.width,
        unit: template.value.unit,
        unit_across: None,
        axis: template.by.label(extract, source.locale),
        categories: Vec::new(),
        series: Vec::new(),
        target: None,
    };
    let bars = bars(source, template, picked.map_or_else(Vec::new, |picked| picked.rows))?;
    let bars = order(source, template, bars, chart.unit);
    let bars = if chart.kind == ChartKind::Heatmap { trimmed(bars) } else { bars };
    let names = bars.names;
    (chart.categories, chart.series) = (
        bars.bars.iter().map(|(category, _)| category.clone()).collect(),
        names
            .into_iter()
            .enumerate()
            .map(|(at, name)| Series { name, figures: bars.bars.iter().map(|(_, figures)| figures[at]).collect() })
            .collect(),
    );
    Ok(chart)
}

/// Categories with one figure a series each, and the names of the series.
struct Bars {
    names: Vec<String>,
    bars: Vec<(Category, Vec<Option<Figure>>)>,
}

fn bars(source: &Source<'_>, template: &ExtractChart, rows: Vec<Vec<&Cell>>) -> Result<Bars, ReportError> {
    let extract = &template.extract;
    let (locale, currency) = (source.locale, source.snapshot.header.currency.as_str());
    let by = template.by.column;
    let series: Vec<&Cell> = match template.rows {
        Some(column) => group_rows(rows.clone(), &[column]).iter().map(|group| group.first[column]).collect(),
        None => Vec::new(),
    };
    let names = match template.rows {
        Some(column) => series.iter().map(|cell| name_cell(cell, extract.kind(column), locale, currency)).collect(),
        None => template.values().map(|value| value.pick.label(extract, locale)).collect(),
    };
    let mut groups = group_rows(rows, &[by]);
    // What runs across a grid counts up, whichever row begins it.
    if template.rows.is_some() {
        groups.sort_by_key(|group| group.first[by].figure().map(|f| f.numerator));
    }
    let mut bars = Vec::with_capacity(groups.len());
    for (at, group) in groups.iter().enumerate() {
        let category = name_category(group.first[by], (extract.kind(by), at == 0), locale, currency);
        let figures = match template.rows {
            None => {
                template.values().map(|value| figure_of(source, (extract, value.pick.column), group.rows())).collect()
            }
            Some(column) => cut(source, template, (&series, column), group),
        };
        bars.push((category, figures?));
    }
    Ok(Bars { names, bars })
}

/// A grid without the rows and columns in which nothing is known yet, unless nothing is known at all.
fn trimmed(bars: Bars) -> Bars {
    let is_known = |figures: &[Option<Figure>]| figures.iter().any(Option::is_some);
    let told: Vec<usize> =
        (0..bars.names.len()).filter(|at| bars.bars.iter().any(|(_, figures)| figures[*at].is_some())).collect();
    if told.is_empty() {
        return bars;
    }
    let kept = bars.bars.into_iter().filter(|(_, figures)| is_known(figures));
    Bars {
        names: told.iter().map(|at| bars.names[*at].clone()).collect(),
        bars: kept.map(|(category, figures)| (category, told.iter().map(|at| figures[*at]).collect())).collect(),
    }
}

/// The one value of a category, cut by the entries of a second column; nothing where no row has both.
fn cut(
    source: &Source<'_>,
    template: &ExtractChart,
    (series, column): (&[&Cell], usize),
    group: &Group<'_>,
) -> Result<Vec<Option<Figure>>, ReportError> {
    let value = template.value.pick.column;
    let of =
        |entry: &&Cell| figure_of(source, (&template.extract, value), group.rows().filter(|row| row[column] == *entry));
    series.iter().map(of).collect()
}

/// Largest first where asked, and what is beyond the largest n together. The rest is the sum of what adds up, so that
/// `top` is only read for counts and amounts.
fn order(source: &Source<'_>, template: &ExtractChart, mut bars: Bars, unit: crate::metric::Unit) -> Bars {
    if template.by_value && template.kind != ChartKind::Heatmap {
        let size = |f: &Option<Figure>| f.and_then(|f| f.value(unit)).unwrap_or(f64::MIN);
        bars.bars.sort_by(|a, b| size(&b.1[0]).total_cmp(&size(&a.1[0])));
    }
    if let Some(top) = template.top.filter(|top| bars.bars.len() > *top + 1) {
        let rest = bars.bars.split_off(top);
        let sum = |at: usize| rest.iter().filter_map(|(_, f)| f[at].and_then(|f| f.rounded())).sum();
        let sums = (0..bars.names.len()).map(|at| Some(Figure::whole(sum(at)))).collect();
        let other = Category::named(source.locale.phrases().other);
        bars.bars.push((Category { is_rest: true, ..other }, sums));
    }
    bars
}
