//! Reads a report template: strictly, every problem at once, each with its place and the nearest name.

use sha2::{Digest, Sha256};

use crate::base::strict_toml::{Placed, Table, TomlFile};
use crate::base::{Grain, Problems};
use crate::metric::{Catalog, Compare, Metric, Unit, Window};
use crate::report::document::{ChartKind, Width};
use crate::report::locale::Locale;
use crate::report::template::{
    By, ChartTemplate, KpiTemplate, KpisTemplate, Measure, ReportTemplate, SectionTemplate, Sort, TableTemplate,
    TextTemplate,
};
use crate::report::theme::{Colour, Layout, Orientation, Paper, Theme};
use crate::report::{speech, words};

const WINDOWS: &[(&str, Window)] = &[
    ("all", Window::All),
    ("week", Window::Week),
    ("month", Window::Month),
    ("quarter", Window::Quarter),
    ("year", Window::Year),
];
const COMPARES: &[(&str, Option<Compare>)] =
    &[("previous", Some(Compare::Previous)), ("year", Some(Compare::Year)), ("none", None)];
const SHAPES: &[(&str, ChartKind)] = &[
    ("line", ChartKind::Line),
    ("area", ChartKind::Area),
    ("bar", ChartKind::Bar),
    ("horizontal-bar", ChartKind::HorizontalBar),
    ("donut", ChartKind::Donut),
    ("funnel", ChartKind::Funnel),
];
const KINDS: &[&str] = &["kpis", "chart", "table", "text", "page_break"];
/// A PDF's memory grows with its tagged cells; the workbook holds every row.
const ROW_LIMIT_MAX: i64 = 1_000;
/// More points than this are not told apart at a page's width.
const BUCKET_COUNT_MAX: i64 = 60;
/// What a later edition corrects when its template says nothing: a change of one percent, or of one point.
const RESTATE_TENTHS: i64 = 10;
/// More tiles than this no reader takes in.
const TILE_COUNT_MAX: usize = 12;

/// What a section inherits from the top of the file.
#[derive(Clone, Copy)]
struct Defaults<'c> {
    window: Window,
    compare: Option<Compare>,
    known: Known<'c>,
    restate_tenths: i64,
}

/// The metrics a template may name.
#[derive(Clone, Copy)]
struct Known<'c> {
    catalog: &'c Catalog,
    /// The dimension that every one of them must have, in a report that is cut by it.
    scope: Option<&'static str>,
}

impl ReportTemplate {
    /// Reads the template `name` (a file's stem) from `text`, over the metrics of the house; `file_name` stands before
    /// every problem.
    pub fn parse(name: &str, file_name: &str, text: &str) -> Result<ReportTemplate, Problems> {
        ReportTemplate::parse_with(name, file_name, text, &Catalog::built_in())
    }

    /// The same over the metrics a deployment knows.
    pub fn parse_with(name: &str, file_name: &str, text: &str, catalog: &Catalog) -> Result<ReportTemplate, Problems> {
        let file = TomlFile::parse(file_name, text);
        let template = read_template(&file, name, text, catalog);
        file.finish()?;
        Ok(template)
    }
}

fn read_template(file: &TomlFile<'_>, name: &str, text: &str, catalog: &Catalog) -> ReportTemplate {
    let top = file.top();
    let title = top.text("title").map(|t| t.value).unwrap_or_default();
    let window = top.choice("window", WINDOWS, Window::Week);
    let compare = read_compare(&top, window, if window == Window::All { None } else { Some(Compare::Previous) });
    let scope = read_scope(&top, catalog);
    let known = Known { catalog, scope };
    let restate_tenths = read_restate(&top, RESTATE_TENTHS);
    let defaults = Defaults { window, compare, known, restate_tenths };
    let words_or = |key: &str, default: &str| match top.text_opt(key) {
        Some(placed) => {
            check_words(&top, &placed, known);
            placed.value
        }
        None => default.to_owned(),
    };
    let template = ReportTemplate {
        name: name.to_owned(),
        subtitle: top.text_opt("subtitle").map(|t| t.value),
        audience: top.text_opt("audience").map(|t| t.value),
        subject: words_or("subject", "{{ title }} · {{ period }}"),
        preheader: words_or("preheader", "{{ organisation }}: {{ period }}"),
        organisation: top.text_opt("organisation").map(|t| t.value),
        window,
        scope,
        locale: top.choice("locale", Locale::CHOICES, Locale::En),
        layout: Layout {
            paper: top.choice("paper", &[("a4", Paper::A4), ("letter", Paper::Letter)], Paper::A4),
            orientation: top.choice(
                "orientation",
                &[("portrait", Orientation::Portrait), ("landscape", Orientation::Landscape)],
                Orientation::Portrait,
            ),
        },
        theme: read_theme(&top),
        sections: top.tables("section").iter().filter_map(|s| read_section(s, defaults)).collect(),
        hash: hex::encode(Sha256::digest(text.as_bytes())),
        title,
    };
    if !top.has("section") {
        file.problem(&(0..0), "no `[[section]]`: the report would say nothing", None);
    }
    top.finish();
    template
}

fn read_theme(top: &Table<'_, '_>) -> Theme {
    let mut theme = Theme::house();
    let Some(table) = top.table("theme") else { return theme };
    if let Some(accent) = table.text_opt("accent") {
        match Colour::parse(&accent.value) {
            Some(colour) => theme.accent = colour,
            None => {
                let message = format!("`accent` is `{}`, expected a colour such as \"#1D4ED8\"", accent.value);
                table.file().problem(&accent.span, message, None);
            }
        }
    }
    theme.footer = table.text_or("footer", &theme.footer);
    table.finish();
    theme
}

fn read_section(section: &Table<'_, '_>, defaults: Defaults<'_>) -> Option<SectionTemplate> {
    let kind = section.text("kind")?;
    let read = match kind.value.as_str() {
        "kpis" => read_kpis(section, defaults).map(SectionTemplate::Kpis),
        "chart" => read_chart(section, defaults).map(SectionTemplate::Chart),
        "table" => read_table(section, defaults).map(SectionTemplate::Table),
        "text" => read_text(section, defaults.known).map(SectionTemplate::Text),
        "page_break" => Some(SectionTemplate::PageBreak),
        unknown => {
            section.file().unknown_name(&kind.span, "kind", unknown, KINDS.iter().copied());
            return None;
        }
    };
    section.finish();
    read
}

fn read_kpis(section: &Table<'_, '_>, defaults: Defaults<'_>) -> Option<KpisTemplate> {
    let window = section.choice("window", WINDOWS, defaults.window);
    let compare = read_compare(section, window, defaults.compare);
    let mut tiles = Vec::new();
    for name in section.texts("metrics") {
        if let Some(metric) = find_metric(section, &name, defaults.known) {
            let measure = Measure { metric, window, label: None };
            tiles.push(KpiTemplate { measure, compare, restate_tenths: defaults.restate_tenths });
        }
    }
    for tile in section.tables("tile") {
        let measure = read_measure(&tile, window, defaults.known);
        let compare = measure.as_ref().and_then(|m| read_compare(&tile, m.window, compare));
        let restate_tenths = read_restate(&tile, defaults.restate_tenths);
        tile.finish();
        tiles.extend(measure.map(|measure| KpiTemplate { measure, compare, restate_tenths }));
    }
    let has_any = section.has("metrics") || section.has("tile");
    if !has_any || tiles.len() > TILE_COUNT_MAX {
        let message = format!("a `kpis` section has 1 to {TILE_COUNT_MAX} tiles");
        section.file().problem(&section.span(), message, Some("list them in `metrics`".to_owned()));
    }
    Some(KpisTemplate { title: section.text_opt("title").map(|t| t.value), tiles })
}

/// A metric with its window and label, from a tile's, column's or chart's own table.
fn read_measure(table: &Table<'_, '_>, window: Window, known: Known<'_>) -> Option<Measure> {
    let name = table.text("metric");
    let window = table.choice("window", WINDOWS, window);
    let label = table.text_opt("label").map(|t| t.value);
    Some(Measure { metric: find_metric(table, &name?, known)?, window, label })
}

/// The metric of that name; in a report that is cut by a scope one that has the scope's dimension.
fn find_metric(table: &Table<'_, '_>, name: &Placed<String>, known: Known<'_>) -> Option<&'static Metric> {
    let metric = known.catalog.find(&name.value);
    let Some(metric) = metric else {
        table.file().unknown_name(&name.span, "metric", &name.value, known.catalog.names());
        return None;
    };
    if let Some(scope) = known.scope.filter(|scope| !metric.dimensions.contains(scope)) {
        let message = format!("metric `{}` is not known by `{scope}`, by which this report is cut", metric.name);
        table.file().problem(
            &name.span,
            message,
            Some(format!("these are: {}", names_by(known.catalog, scope).join(", "))),
        );
        return None;
    }
    Some(metric)
}

/// The metrics that have a dimension.
fn names_by(catalog: &Catalog, dimension: &str) -> Vec<&'static str> {
    catalog.iter().filter(|m| m.dimensions.contains(&dimension)).map(|m| m.name).collect()
}

/// `scope`: the dimension by which editions are cut.
fn read_scope(top: &Table<'_, '_>, catalog: &Catalog) -> Option<&'static str> {
    let scope = top.text_opt("scope")?;
    let mut dimensions: Vec<&'static str> = catalog.iter().flat_map(|m| m.dimensions).copied().collect();
    dimensions.sort_unstable();
    dimensions.dedup();
    let found = dimensions.iter().find(|d| **d == scope.value).copied();
    if found.is_none() {
        top.file().unknown_name(&scope.span, "dimension", &scope.value, dimensions);
    }
    found
}

/// `restate_above`, in percent or points, as tenths.
fn read_restate(table: &Table<'_, '_>, default: i64) -> i64 {
    let Some(written) = table.number_opt("restate_above") else { return default };
    if !(0.1..=1_000.0).contains(&written.value) {
        let message = format!("`restate_above` is {}, expected 0.1 to 1000 percent", written.value);
        table.file().problem(&written.span, message, None);
        return default;
    }
    (written.value * 10.0).round() as i64
}

/// The comparison of a window; before `all` there is nothing to compare with.
fn read_compare(table: &Table<'_, '_>, window: Window, default: Option<Compare>) -> Option<Compare> {
    let is_written = table.text_opt("compare");
    let compare = table.choice("compare", COMPARES, default);
    if window != Window::All {
        return compare;
    }
    if let (Some(written), Some(_)) = (is_written, compare) {
        let message = "window `all` has nothing before it to compare with";
        table.file().problem(&written.span, message, Some("write compare = \"none\"".to_owned()));
    }
    None
}

/// A dimension that every metric of `metrics` may be cut by; `grains` are valid beside the dimensions.
fn find_dimension(
    table: &Table<'_, '_>,
    by: &Placed<String>,
    metrics: &[&'static Metric],
    grains: &[&str],
) -> Option<&'static str> {
    let mut found = None;
    for metric in metrics {
        found = metric.dimensions.iter().find(|d| **d == by.value).copied();
        if found.is_some() {
            continue;
        }
        if metric.dimensions.is_empty() && grains.is_empty() {
            let message = format!("metric `{}` cannot be cut by `{}`", metric.name, by.value);
            table.file().problem(&by.span, message, Some("it has no dimension".to_owned()));
        } else {
            let kind = format!("dimension of `{}`", metric.name);
            let valid = metric.dimensions.iter().chain(grains).copied();
            table.file().unknown_name(&by.span, &kind, &by.value, valid);
        }
        return None;
    }
    found
}

fn read_chart(section: &Table<'_, '_>, defaults: Defaults<'_>) -> Option<ChartTemplate> {
    let title = section.text("title");
    let kind = section.choice("shape", SHAPES, ChartKind::Bar);
    let width = section.choice("width", &[("full", Width::Full), ("half", Width::Half)], Width::Full);
    let measure = read_measure(section, defaults.window, defaults.known);
    let by = section.text("by");
    let grain = by.as_ref().and_then(|b| Grain::parse(&b.value));
    let by = match (measure.as_ref(), by, grain) {
        (Some(_), Some(by), _) if defaults.known.scope.is_some_and(|scope| scope != by.value) => {
            refuse_cut(section, &by, defaults.known.scope.unwrap_or_default());
            None
        }
        (Some(measure), Some(by), Some(grain)) => read_time(section, defaults.known, measure, &by, grain),
        (Some(measure), Some(by), None) => read_cut(section, measure, &by),
        _ => {
            // Asked for, so that they are not called unknown beside the problem that matters.
            for key in ["last", "compare", "members", "top", "sort"] {
                section.has(key);
            }
            None
        }
    };
    check_shape(section, kind, by.as_ref(), measure.as_ref());
    Some(ChartTemplate { title: title?.value, kind, width, measure: measure?, by: by? })
}

/// A published number is cut once: one that is cut by the reader cannot be cut again.
fn refuse_cut(section: &Table<'_, '_>, by: &Placed<String>, scope: &str) {
    let message = format!("a report that is cut by `{scope}` cannot be cut by `{}` too", by.value);
    section.file().problem(&by.span, message, Some(format!("by = \"{scope}\" shows the reader's own row")));
    // Asked for, so that they are not called unknown beside the problem that matters.
    for key in ["last", "compare", "members", "top", "sort", "order"] {
        section.has(key);
    }
}

fn read_time(
    section: &Table<'_, '_>,
    known: Known<'_>,
    measure: &Measure,
    by: &Placed<String>,
    grain: Grain,
) -> Option<By> {
    let last = section.integer_or("last", 12, 2..=BUCKET_COUNT_MAX) as usize;
    let with_year_before = section.choice("compare", &[("year", true), ("none", false)], false);
    if !measure.metric.has_series {
        let series: Vec<&str> = known.catalog.iter().filter(|m| m.has_series).map(|m| m.name).collect();
        let message = format!("metric `{}` has no daily series to be drawn by {}", measure.metric.name, by.value);
        section.file().problem(&by.span, message, Some(format!("series: {}", series.join(", "))));
        return None;
    }
    Some(By::Time { grain, last, with_year_before })
}

fn read_cut(section: &Table<'_, '_>, measure: &Measure, by: &Placed<String>) -> Option<By> {
    let members = section.texts("members").into_iter().map(|m| m.value).collect();
    let top = section.has("top").then(|| section.integer_or("top", 5, 1..=50) as usize);
    let by_value = section.choice("sort", &[("value", true), ("member", false)], top.is_some());
    let grains = if measure.metric.has_series { Grain::ALL.map(Grain::name).to_vec() } else { Vec::new() };
    let name = find_dimension(section, by, &[measure.metric], &grains)?;
    Some(By::Dimension { name, members, top, by_value })
}

/// Refuses pictures that would lie: a line through unordered members, shares of what does not add up.
fn check_shape(section: &Table<'_, '_>, kind: ChartKind, by: Option<&By>, measure: Option<&Measure>) {
    let (Some(by), Some(measure), Some(shape)) = (by, measure, section.text_opt("shape")) else { return };
    let is_time = matches!(by, By::Time { .. });
    let adds_up = matches!(measure.metric.unit, Unit::Count | Unit::Money);
    let groups = matches!(by, By::Dimension { top: Some(_), .. });
    let problem = match kind {
        ChartKind::Line | ChartKind::Area if !is_time => {
            Some("needs `by` to be a grain: day, week, month, quarter, year")
        }
        ChartKind::Donut | ChartKind::Funnel if is_time => Some("needs `by` to be a dimension"),
        ChartKind::Donut if !adds_up => Some("shows shares of a sum: the metric must be a count or an amount"),
        ChartKind::Bar | ChartKind::HorizontalBar if groups && !adds_up => {
            Some("with `top` sums the rest: the metric must be a count or an amount")
        }
        _ => None,
    };
    if let Some(problem) = problem {
        section.file().problem(&shape.span, format!("shape `{}` {problem}", shape.value), None);
    }
}

fn read_table(section: &Table<'_, '_>, defaults: Defaults<'_>) -> Option<TableTemplate> {
    let title = section.text("title");
    let window = section.choice("window", WINDOWS, defaults.window);
    let by = section.text("by");
    let row_label = section.text_opt("label").map(|t| t.value);
    let mut columns = Vec::new();
    for name in section.texts("columns") {
        let metric = find_metric(section, &name, defaults.known);
        columns.extend(metric.map(|metric| Measure { metric, window, label: None }));
    }
    for column in section.tables("column") {
        columns.extend(read_measure(&column, window, defaults.known));
        column.finish();
    }
    if !section.has("columns") && !section.has("column") {
        section.file().problem(&section.span(), "a table needs `columns`", None);
    }
    let sort = read_sort(section, &columns);
    let limit = section.integer_or("limit", 25, 1..=ROW_LIMIT_MAX) as usize;
    let has_total = section.flag_or("total", true);
    let by = by?;
    if let Some(scope) = defaults.known.scope.filter(|scope| *scope != by.value) {
        refuse_cut(section, &by, scope);
        return None;
    }
    let metrics: Vec<&'static Metric> = columns.iter().map(|c| c.metric).collect();
    let dimension = find_dimension(section, &by, &metrics, &[])?;
    let row_label = row_label.unwrap_or_else(|| words::heading(dimension));
    Some(TableTemplate { title: title?.value, by: dimension, row_label, columns, sort, limit, has_total })
}

fn read_sort(section: &Table<'_, '_>, columns: &[Measure]) -> Sort {
    let is_rising = section.choice("order", &[("descending", false), ("ascending", true)], false);
    let Some(sort) = section.text_opt("sort") else {
        return if columns.is_empty() { Sort::Member } else { Sort::Largest(0) };
    };
    if sort.value == "member" {
        return Sort::Member;
    }
    match columns.iter().position(|c| c.metric.name == sort.value) {
        Some(column) if is_rising => Sort::Smallest(column),
        Some(column) => Sort::Largest(column),
        None => {
            let valid = columns.iter().map(|c| c.metric.name).chain(["member"]);
            section.file().unknown_name(&sort.span, "sort column", &sort.value, valid);
            Sort::Member
        }
    }
}

fn read_text(section: &Table<'_, '_>, known: Known<'_>) -> Option<TextTemplate> {
    let title = section.text_opt("title").map(|t| t.value);
    let body = section.text("body")?;
    check_words(section, &body, known);
    Some(TextTemplate { title, body: body.value })
}

/// Writes the words once over no numbers: syntax, functions and the names in them are checked at load.
fn check_words(table: &Table<'_, '_>, words: &Placed<String>, known: Known<'_>) {
    if let Err(error) = speech::check(&words.value, known.scope, known.catalog) {
        let line = error.line().filter(|line| *line > 1).map(|line| format!("in line {line} of the text"));
        let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        table.file().problem(&words.span, reason, line);
    }
}
