//! A published table as a table of the document.

use crate::base::Period;
use crate::metric::table::Kind;
use crate::metric::{Cell, Figure};
use crate::report::build::Source;
use crate::report::document::{Attribute, Column, Row, Table};
use crate::report::error::ReportError;
use crate::report::extract::name::{date_period, name_cell};
use crate::report::extract::rows::{Group, figure_of, group_rows, missing_entities, pick_rows, together};
use crate::report::extract::{Extract, ExtractTable, FigurePick, Pick};
use crate::report::phrase::say;
use crate::report::template::Sort;

/// Fills a table. Without the entities it rests on it says so, in place of rows.
pub(crate) fn build_table(source: &Source<'_>, template: &ExtractTable, id: String) -> Result<Table, ReportError> {
    let extract = &template.extract;
    let picked = pick_rows(source, extract)?;
    let notes = match &picked {
        None => vec![not_delivered(source, extract)],
        Some(picked) if picked.rows.is_empty() && picked.published_count > 0 => {
            let count = source.locale.integer(picked.published_count as i64);
            vec![say(source.locale.phrases().none_fits, &[&count])]
        }
        Some(_) => Vec::new(),
    };
    let picked = picked.map_or_else(Vec::new, |picked| picked.rows);
    let span = match template.words.first() {
        Some(naming) => span(source, extract, (naming.column, &picked)),
        None => span_of_window(source, extract),
    };
    let totals: Vec<Option<Figure>> = template
        .figures
        .iter()
        .map(|figure| figure.pick.column)
        .map(|column| together(extract.kind(column), picked.iter().map(|row| row[column])))
        .collect();
    let keys: Vec<usize> = template.words.iter().map(|pick| pick.column).collect();
    let groups = match template.is_grouped {
        true => group_rows(picked, &keys),
        false => picked.into_iter().map(Group::of).collect(),
    };
    let rows = groups.iter().map(|group| build_row(source, template, group)).collect::<Result<Vec<Row>, _>>()?;
    let mut rows = sort_rows(rows, template);
    // A note that no row has is no column.
    let is_told = |at: &usize| rows.is_empty() || rows.iter().any(|row| row.attributes[*at] != Attribute::Nothing);
    let told: Vec<usize> = (0..template.words.len().saturating_sub(1)).filter(is_told).collect();
    for row in &mut rows {
        row.attributes = told.iter().map(|at| row.attributes[*at].clone()).collect();
    }
    // The total of one row would say it twice.
    let is_summed = rows.len() != 1 && template.figures.iter().any(|f| extract.kind(f.pick.column).is_together());
    let locale = source.locale;
    let columns = template.figures.iter().map(|FigurePick { pick, unit }| {
        let (name, _, kind) = extract.table.columns[pick.column];
        Column {
            metric: format!("{}.{name}", extract.table.versioned()),
            label: pick.label(extract, locale),
            unit: *unit,
            is_ratio: matches!(kind, Kind::Ratio(_)),
        }
    });
    Ok(Table {
        id,
        title: template.title.clone(),
        span,
        row_label: template.words.first().map_or_else(String::new, |pick| pick.label(extract, locale)),
        attributes: told.iter().map(|at| template.words[at + 1].label(extract, locale)).collect(),
        columns: columns.collect(),
        rows,
        limit: template.limit,
        is_over_time: is_over_time(template),
        sorted_by: match template.sort {
            Sort::Member => None,
            Sort::Largest(column) | Sort::Smallest(column) => Some(column),
        },
        totals: (template.has_total && is_summed).then_some(totals),
        notes,
    })
}

/// Whether the rows follow each other in time: named for dates, in the order they were published in.
fn is_over_time(template: &ExtractTable) -> bool {
    let is_dated = |pick: &Pick| template.extract.kind(pick.column) == Kind::Date;
    template.sort == Sort::Member && template.words.first().is_some_and(is_dated)
}

/// The dates an extract speaks of: those its rows are named for, else those of its window.
pub(super) fn span(source: &Source<'_>, extract: &Extract, (column, rows): (usize, &[Vec<&Cell>])) -> String {
    let names = || rows.iter().filter_map(|row| row[column].text());
    let dates = match extract.kind(column) {
        Kind::Date => names().min().and_then(date_period).zip(names().max().and_then(date_period)),
        _ => None,
    };
    match dates {
        Some((first, last)) => source.locale.period(Period { from: first.from, until: last.until }),
        None => span_of_window(source, extract),
    }
}

fn span_of_window(source: &Source<'_>, extract: &Extract) -> String {
    let (locale, period) = (source.locale, source.period(extract.window));
    match (extract.table.is_stock(), extract.window) {
        (true, _) => say(locale.phrases().at, &[&locale.date(period.last())]),
        (false, crate::metric::Window::All) => say(locale.phrases().since, &[&locale.date(period.from)]),
        (false, _) => locale.period(period),
    }
}

/// `Not known here: the source delivers no quota.`
pub(super) fn not_delivered(source: &Source<'_>, extract: &Extract) -> String {
    let missing = missing_entities(source, extract);
    let names: Vec<String> = missing.iter().map(|name| source.locale.entity(name)).collect();
    say(source.locale.phrases().not_delivered, &[&names.join(", ")])
}

fn build_row(source: &Source<'_>, template: &ExtractTable, group: &Group<'_>) -> Result<Row, ReportError> {
    let (extract, first) = (&template.extract, &group.first);
    let currency = &source.snapshot.header.currency;
    let name = |column: usize| name_cell(first[column], extract.kind(column), source.locale, currency);
    let naming = template.words.first().map(|pick| pick.column);
    let attribute = |column: usize| match first[column] {
        Cell::Nothing => Attribute::Nothing,
        _ => Attribute::Words(name(column)),
    };
    let cells = template.figures.iter().map(|f| figure_of(source, (extract, f.pick.column), group.rows()));
    Ok(Row {
        member: naming.and_then(|column| first[column].text()).unwrap_or_default().to_owned(),
        label: naming.map_or_else(|| source.locale.term(extract.table.label), name),
        attributes: template.words.iter().skip(1).map(|pick| attribute(pick.column)).collect(),
        cells: cells.collect::<Result<_, _>>()?,
    })
}

/// Rows without a value stand last either way; equal values keep the published order.
fn sort_rows(mut rows: Vec<Row>, template: &ExtractTable) -> Vec<Row> {
    let (column, sign) = match template.sort {
        Sort::Member => return rows,
        Sort::Largest(column) => (column, -1.0),
        Sort::Smallest(column) => (column, 1.0),
    };
    let unit = template.figures[column].unit;
    let key = |row: &Row| row.cells[column].and_then(|f| f.value(unit)).map_or(f64::INFINITY, |v| v * sign);
    rows.sort_by(|a, b| key(a).total_cmp(&key(b)));
    rows
}
