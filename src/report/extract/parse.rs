//! Reads sections over published tables: every name is one of the table's, every picture is one its columns can give.

use crate::base::strict_toml::{Placed, Table};
use crate::metric::table::Kind;
use crate::metric::{TableMetric, Window, all_tables, find_table};
use crate::report::bridge::figure_in;
use crate::report::document::{ChartKind, Width};
use crate::report::extract::{Extract, ExtractChart, ExtractTable, FigurePick, Pick, Test};
use crate::report::locale::Locale;
use crate::report::parse::Defaults;
use crate::report::parse::name::check_parameter;
use crate::report::parse::said::{said, said_opt};
use crate::report::template::Sort;

const SHAPES: &[(&str, ChartKind)] = &[
    ("bar", ChartKind::Bar),
    ("horizontal-bar", ChartKind::HorizontalBar),
    ("stacked-bar", ChartKind::StackedBar),
    ("line", ChartKind::Line),
    ("area", ChartKind::Area),
    ("pie", ChartKind::Pie),
    ("donut", ChartKind::Donut),
    ("funnel", ChartKind::Funnel),
    ("heatmap", ChartKind::Heatmap),
];

/// A `table` section with `table = "…"`.
pub(crate) fn read_table(section: &Table<'_, '_>, defaults: Defaults<'_>, row_limit: i64) -> Option<ExtractTable> {
    let title = said(section, "title", defaults.locale);
    let label = said_opt(section, "label", defaults.locale).map(|t| t.value);
    let limit = section.integer_or("limit", 25, 1..=row_limit) as usize;
    let has_total = section.flag_or("total", true);
    let is_grouped = section.flag_or("group", false);
    let extract = read_extract(section, defaults);
    let picks = extract.as_ref().map(|extract| read_picks(section, extract.table, defaults.locale)).unwrap_or_default();
    let is_rising = section.choice("order", &[("descending", false), ("ascending", true)], false);
    let sort = section.text_opt("sort");
    for key in ["columns", "column"] {
        section.has(key);
    }
    let extract = extract?;
    let (mut words, mut figures) = (Vec::new(), Vec::new());
    for pick in picks {
        match extract.kind(pick.column).unit() {
            Some(unit) => figures.push(FigurePick { pick, unit }),
            None => words.push(pick),
        }
    }
    check_columns(section, &extract, (&words, &figures), is_grouped);
    let sort = read_sort(section, &extract, &figures, (sort, is_rising));
    if let (Some(first), Some(label)) = (words.first_mut(), label) {
        first.label.get_or_insert(label);
    }
    Some(ExtractTable { title: title?.value, extract, words, figures, is_grouped, sort, limit, has_total })
}

/// A `chart` section with `table = "…"`.
pub(crate) fn read_chart(section: &Table<'_, '_>, defaults: Defaults<'_>) -> Option<ExtractChart> {
    let title = said(section, "title", defaults.locale);
    let kind = section.choice("shape", SHAPES, ChartKind::Bar);
    let width = section.choice("width", &[("full", Width::Full), ("half", Width::Half)], Width::Full);
    let extract = read_extract(section, defaults);
    let (by, rows) = (section.text("by"), section.text_opt("rows"));
    let value = section.text_opt("value");
    let mut names: Vec<Placed<String>> = section.texts("values");
    let top = section.has("top").then(|| section.integer_or("top", 5, 1..=50) as usize);
    let by_value = section.choice("sort", &[("value", true), ("published", false)], top.is_some());
    let extract = extract?;
    names.extend(value);
    if names.is_empty() {
        let hint = format!("columns of figures: {}", figure_names(extract.table).join(", "));
        section.file().problem(&section.span(), "a chart over a table needs `value` or `values`", Some(hint));
    }
    let mut values = names.iter().filter_map(|name| find_figure(section, extract.table, name));
    let (value, beside) = (values.next(), values.collect());
    let by = find_column(section, extract.table, &by?)?;
    let rows = match rows {
        Some(rows) => Some(find_column(section, extract.table, &rows)?),
        None => None,
    };
    let chart = ExtractChart {
        title: title?.value,
        kind,
        width,
        extract,
        by: Pick { column: by, label: None },
        rows,
        value: value?,
        beside,
        top,
        by_value,
    };
    check_shape(section, &chart);
    Some(chart)
}

/// Which rows of which table over which window.
fn read_extract(section: &Table<'_, '_>, defaults: Defaults<'_>) -> Option<Extract> {
    let name = section.text("table")?;
    let Some(table) = find_table(&name.value) else {
        section.file().unknown_name(&name.span, "table", &name.value, all_tables().map(|t| t.name));
        for key in ["window", "filter", "without", "at_least", "at_most", "last"] {
            section.has(key);
        }
        return None;
    };
    if let Some(scope) = defaults.scope {
        let message = format!("table `{}` is not cut by `{scope}`, by which this report is", table.name);
        section.file().problem(&name.span, message, Some("a section by metric shows the reader's own row".to_owned()));
    }
    let window = read_window(section, table, defaults.window, &name);
    let mut tests = read_words(section, table, ("filter", Test::IsAmong), defaults);
    tests.extend(read_words(section, table, ("without", Test::IsNoneOf), defaults));
    tests.extend(read_bounds(section, table, "at_least", Test::AtLeast));
    tests.extend(read_bounds(section, table, "at_most", Test::AtMost));
    Some(Extract { table, window: window?, tests, newest: read_newest(section, table) })
}

/// The section's window, else the report's, else the only one the table has.
fn read_window(
    section: &Table<'_, '_>,
    table: &TableMetric,
    inherited: Window,
    name: &Placed<String>,
) -> Option<Window> {
    let known: Vec<&str> = table.windows.iter().map(|w| w.name()).collect();
    let published = format!("table `{}` is published for {}", table.name, known.join(", "));
    match (section.text_opt("window"), table.windows) {
        (Some(written), _) => {
            let window = table.windows.iter().copied().find(|w| w.name() == written.value);
            if window.is_none() {
                section.file().problem(&written.span, format!("no window `{}`", written.value), Some(published));
            }
            window
        }
        (None, windows) if windows.contains(&inherited) => Some(inherited),
        (None, [only]) => Some(*only),
        (None, _) => {
            let message = format!("the section needs a `window`: {} is not one of the table's", inherited.name());
            section.file().problem(&name.span, message, Some(published));
            None
        }
    }
}

/// Makes the test of a column against words.
type MakeTest = fn(usize, Vec<String>) -> Test;

/// `filter = { status = "customer", tier = ["pro", "enterprise"] }`, `without = { note = "running" }`.
fn read_words(
    section: &Table<'_, '_>,
    table: &TableMetric,
    (key, test): (&str, MakeTest),
    defaults: Defaults<'_>,
) -> Vec<Test> {
    let Some(filter) = section.table(key) else { return Vec::new() };
    let mut tests = Vec::new();
    for key in filter.keys() {
        let words = filter.text_or_texts(&key);
        words.iter().for_each(|word| check_parameter(&filter, word, defaults));
        let place = Placed { value: key.clone(), span: filter.span_of(&key).unwrap_or_default() };
        match find_column(section, table, &place) {
            Some(column) if table.columns[column].2.unit().is_some() => {
                let hint = "bound figures by `at_least` and `at_most`".to_owned();
                section.file().problem(&place.span, format!("column `{key}` holds figures, not words"), Some(hint));
            }
            Some(column) => tests.push(test(column, words.into_iter().map(|word| word.value).collect())),
            None => {}
        }
    }
    filter.finish();
    tests
}

/// `at_most = { days_of_supply = 14 }`, in the unit people read.
fn read_bounds(
    section: &Table<'_, '_>,
    table: &TableMetric,
    key: &str,
    test: fn(usize, crate::metric::Figure) -> Test,
) -> Vec<Test> {
    let Some(bounds) = section.table(key) else { return Vec::new() };
    let mut tests = Vec::new();
    for key in bounds.keys() {
        let bound = bounds.number_opt(&key);
        let place = Placed { value: key.clone(), span: bounds.span_of(&key).unwrap_or_default() };
        let Some(FigurePick { pick, unit }) = find_figure(section, table, &place) else { continue };
        tests.extend(bound.map(|bound| test(pick.column, figure_in(unit, (bound.value * 1_000.0).round() as i64))));
    }
    bounds.finish();
    tests
}

/// `last = 12`: the newest so many of the table's dates.
fn read_newest(section: &Table<'_, '_>, table: &TableMetric) -> Option<(usize, usize)> {
    let span = section.span_of("last")?;
    let count = section.integer_or("last", 12, 1..=60) as usize;
    let column = table.columns.iter().position(|(_, _, kind)| *kind == Kind::Date);
    if column.is_none() {
        let message = format!("table `{}` has no column of dates, of which `last` would be", table.name);
        section.file().problem(&span, message, None);
    }
    column.map(|column| (column, count))
}

/// `columns` and `[[section.column]]`; every column of the table without them.
fn read_picks(section: &Table<'_, '_>, table: &'static TableMetric, locale: Locale) -> Vec<Pick> {
    let pick = |column| Pick { column, label: None };
    let names = section.texts("columns");
    let mut picks: Vec<Pick> = names.iter().filter_map(|name| find_column(section, table, name)).map(pick).collect();
    for own in section.tables("column") {
        let (name, label) = (own.text("name"), said_opt(&own, "label", locale).map(|t| t.value));
        own.finish();
        picks.extend(name.and_then(|name| find_column(section, table, &name)).map(|column| Pick { column, label }));
    }
    if !section.has("columns") && !section.has("column") {
        picks = (0..table.columns.len()).map(pick).collect();
    }
    picks
}

fn find_column(section: &Table<'_, '_>, table: &TableMetric, name: &Placed<String>) -> Option<usize> {
    let found = table.column(&name.value);
    if found.is_none() {
        let kind = format!("column of `{}`", table.name);
        section.file().unknown_name(&name.span, &kind, &name.value, table.columns.iter().map(|c| c.0));
    }
    found
}

fn find_figure(section: &Table<'_, '_>, table: &TableMetric, name: &Placed<String>) -> Option<FigurePick> {
    let column = find_column(section, table, name)?;
    if let Some(unit) = table.columns[column].2.unit() {
        return Some(FigurePick { pick: Pick { column, label: None }, unit });
    }
    let hint = format!("columns of figures: {}", figure_names(table).join(", "));
    section.file().problem(&name.span, format!("column `{}` holds words, not figures", name.value), Some(hint));
    None
}

fn figure_names(table: &TableMetric) -> Vec<&'static str> {
    table.columns.iter().filter(|c| c.2.unit().is_some()).map(|c| c.0).collect()
}

fn check_columns(
    section: &Table<'_, '_>,
    extract: &Extract,
    (words, figures): (&[Pick], &[FigurePick]),
    is_grouped: bool,
) {
    let file = section.file();
    let place = section.span_of("columns").unwrap_or_else(|| section.span());
    let names: Vec<&str> = extract.table.columns.iter().filter(|c| c.2.unit().is_none()).map(|c| c.0).collect();
    if words.is_empty() && !names.is_empty() && !figures.is_empty() {
        let hint = format!("one of: {}", names.join(", "));
        file.problem(&place, "no column names the rows", Some(hint));
    }
    if figures.is_empty() && !words.is_empty() {
        let hint = format!("one of: {}", figure_names(extract.table).join(", "));
        file.problem(&place, "a table needs a column of figures", Some(hint));
    }
    for pick in
        figures.iter().map(|figure| &figure.pick).filter(|pick| is_grouped && !extract.kind(pick.column).is_together())
    {
        let message = format!("column `{}` says nothing of several rows", extract.table.columns[pick.column].0);
        file.problem(&place, message, Some("leave it out, or do not `group`".to_owned()));
    }
}

fn read_sort(
    section: &Table<'_, '_>,
    extract: &Extract,
    figures: &[FigurePick],
    (sort, is_rising): (Option<Placed<String>>, bool),
) -> Sort {
    let Some(sort) = sort.filter(|sort| sort.value != "published") else { return Sort::Member };
    let name = |figure: &FigurePick| extract.table.columns[figure.pick.column].0;
    match figures.iter().position(|figure| name(figure) == sort.value) {
        Some(column) if is_rising => Sort::Smallest(column),
        Some(column) => Sort::Largest(column),
        None => {
            let valid = figures.iter().map(name).chain(["published"]);
            section.file().unknown_name(&sort.span, "sort column", &sort.value, valid);
            Sort::Member
        }
    }
}

/// Refuses pictures that would lie: shares of what does not add up, a line through what has no order.
fn check_shape(section: &Table<'_, '_>, chart: &ExtractChart) {
    let kind_of = |pick: &Pick| chart.extract.kind(pick.column);
    let adds_up = chart.values().all(|value| matches!(kind_of(&value.pick), Kind::Whole(_)));
    let is_single = chart.beside.is_empty();
    let is_dated = kind_of(&chart.by) == Kind::Date;
    let is_cut = chart.rows.is_some();
    let problem = match chart.kind {
        _ if chart.beside.iter().any(|other| other.unit != chart.value.unit) => Some("draws values in one unit"),
        _ if is_cut && !is_single => Some("draws one `value` where `rows` cuts it"),
        ChartKind::Heatmap if !is_cut => Some("needs `rows`, the column of its lines"),
        ChartKind::Line | ChartKind::Area if !is_dated => Some("needs `by` to be a column of dates"),
        ChartKind::Pie | ChartKind::Donut | ChartKind::Funnel if is_cut || !is_single => {
            Some("draws one value a category")
        }
        ChartKind::Pie | ChartKind::Donut | ChartKind::Funnel if !adds_up => {
            Some("shows parts of a count or an amount")
        }
        ChartKind::StackedBar if !adds_up => Some("stacks parts of a count or an amount"),
        _ if chart.top.is_some() && !adds_up => {
            Some("with `top` sums the rest: the value must be a count or an amount")
        }
        _ => None,
    };
    if let Some(problem) = problem {
        let shape = section.text_opt("shape");
        let span = shape.as_ref().map_or_else(|| section.span(), |shape| shape.span.clone());
        let name = shape.map_or_else(|| "bar".to_owned(), |shape| shape.value);
        section.file().problem(&span, format!("shape `{name}` {problem}"), None);
    }
}
