//! Tables: one row a member, totals from sums over every row.

use crate::metric::{Figure, Slice, Unit};
use crate::report::build::Source;
use crate::report::document::{Column, Row, Table};
use crate::report::error::ReportError;
use crate::report::phrase::say;
use crate::report::template::{Measure, Sort, TableTemplate};
use crate::report::words::member_label;

/// Fills a table.
pub(super) fn build_table(source: &Source<'_>, template: &TableTemplate, id: String) -> Result<Table, ReportError> {
    for column in &template.columns {
        source.require(column.metric)?;
    }
    let measures: Vec<&Measure> = template.columns.iter().collect();
    let all = source.members(template.by, &measures);
    if let Some(unknown) = template.members.iter().find(|member| !all.contains(member)) {
        return Err(source.unknown_member(template.by, unknown, all));
    }
    let members = if template.members.is_empty() { all } else { template.members.clone() };
    let mut rows: Vec<Row> = members.into_iter().map(|member| build_row(source, template, member)).collect();
    sort_rows(&mut rows, template);
    let columns: Vec<Column> =
        template.columns.iter().enumerate().map(|(at, m)| build_column(source, m, &rows, at)).collect();
    let totals: Vec<Option<Figure>> = (0..columns.len()).map(|at| total(&rows, at, &columns[at])).collect();
    // Where only some members are asked for, the rest belongs to rows that are left out on purpose.
    let notes = (0..columns.len())
        .filter(|_| template.members.is_empty())
        .filter_map(|at| unattributed(source, &template.columns[at], &columns[at], totals[at]))
        .collect();
    let is_summed = rows.len() != 1;
    let window = template.columns.first().map(|m| m.window);
    // Columns that all speak of one day or of one span say so above the table.
    let spans: Vec<String> = template.columns.iter().map(|m| source.span(m.metric, m.window)).collect();
    let is_one = spans.windows(2).all(|pair| pair[0] == pair[1]);
    let span = match window.filter(|w| template.columns.iter().all(|m| m.window == *w)) {
        Some(_) if is_one => spans.first().cloned().unwrap_or_default(),
        Some(window) => source.locale.period(source.period(window)),
        None => String::new(),
    };
    Ok(Table {
        id,
        title: template.title.clone(),
        span,
        row_label: source.locale.term(&template.row_label),
        attributes: Vec::new(),
        columns,
        rows,
        limit: template.limit,
        is_over_time: false,
        sorted_by: match template.sort {
            Sort::Member => None,
            Sort::Largest(column) | Sort::Smallest(column) => Some(column),
        },
        // The total of one row would say it twice.
        totals: (template.has_total && is_summed).then_some(totals),
        notes,
    })
}

fn build_row(source: &Source<'_>, template: &TableTemplate, member: String) -> Row {
    let cell = |m: &Measure| source.snapshot.figure(m.metric.name, &Slice::of(m.window).at(template.by, &member));
    let cells = template.columns.iter().map(cell).collect();
    Row {
        label: member_label(source.snapshot, source.locale, template.by, &member),
        attributes: Vec::new(),
        cells,
        member,
    }
}

/// Rows without a value stand last either way; equal values keep the dimension's order.
fn sort_rows(rows: &mut [Row], template: &TableTemplate) {
    let value =
        |row: &Row, column: usize| row.cells[column].and_then(|f| f.value(template.columns[column].metric.unit));
    let (column, sign) = match template.sort {
        Sort::Member => return,
        Sort::Largest(column) => (column, -1.0),
        Sort::Smallest(column) => (column, 1.0),
    };
    let key = |row: &Row| value(row, column).map_or(f64::INFINITY, |v| v * sign);
    rows.sort_by(|a, b| key(a).total_cmp(&key(b)));
}

fn build_column(source: &Source<'_>, measure: &Measure, rows: &[Row], at: usize) -> Column {
    let unit = measure.metric.unit;
    let whole = source.snapshot.figure(measure.metric.name, &source.slice(measure.window));
    let is_ratio = match unit {
        Unit::Count => false,
        // An average amount and a sum share the unit. The parts of a sum all have the whole's denominator
        // (1, or 100 where percentages weight it); those of an average have each their own.
        Unit::Money => {
            let denominator = whole.map_or(1, |f| f.denominator);
            rows.iter().filter_map(|row| row.cells[at]).any(|f| f.denominator != denominator)
        }
        Unit::Percent | Unit::Days | Unit::Weeks | Unit::Minutes | Unit::Mean | Unit::Index => true,
    };
    Column { metric: measure.metric.versioned(), label: measure.label(source.locale), unit, is_ratio }
}

/// The sum of the numerators over the sum of the denominators; `None` when no row has a value.
fn total(rows: &[Row], column: usize, meta: &Column) -> Option<Figure> {
    let figures: Vec<Figure> = rows.iter().filter_map(|row| row.cells[column]).collect();
    let first = figures.first()?;
    let numerator = figures.iter().map(|f| f.numerator).sum();
    let denominator = if meta.is_ratio { figures.iter().map(|f| f.denominator).sum() } else { first.denominator };
    Some(Figure { numerator, denominator })
}

/// Says so when the rows do not add up to the published whole: what belongs to nobody is named, not hidden.
fn unattributed(source: &Source<'_>, measure: &Measure, column: &Column, total: Option<Figure>) -> Option<String> {
    let whole = source.snapshot.figure(measure.metric.name, &source.slice(measure.window))?;
    let total = total?;
    if column.is_ratio || whole == total {
        return None;
    }
    let rest = Figure { numerator: whole.numerator - total.numerator, denominator: whole.denominator };
    let rest = source.locale.full(Some(rest), measure.metric.unit, &source.snapshot.header.currency);
    Some(say(source.locale.phrases().unattributed, &[&measure.label(source.locale), &rest]))
}
