//! Sections of tiles, rows and words.

use crate::base::strict_toml::Table;
use crate::metric::Metric;
use crate::report::parse::name::{
    find_dimension, read_compare, read_measure, read_measures, read_members, read_restate, refuse_cut,
};
use crate::report::parse::said::{said, said_opt, said_words};
use crate::report::parse::{Defaults, WINDOWS};
use crate::report::template::{KpiTemplate, KpisTemplate, Measure, Sort, TableTemplate, TextTemplate};
use crate::report::words;

/// A PDF's memory grows with its tagged cells; the workbook holds every row.
pub(super) const ROW_LIMIT_MAX: i64 = 1_000;
/// More tiles than this no reader takes in.
const TILE_COUNT_MAX: usize = 12;

pub(super) fn read_kpis(section: &Table<'_, '_>, defaults: Defaults<'_>) -> Option<KpisTemplate> {
    let window = section.choice("window", WINDOWS, defaults.window);
    let compare = read_compare(section, window, defaults.compare);
    let trend = section.flag_or("trend", false);
    let defaults = Defaults { window, ..defaults };
    let mut tiles = Vec::new();
    for measure in read_measures(section, "metrics", defaults) {
        tiles.push(KpiTemplate { measure, compare, restate_tenths: defaults.restate_tenths, has_trend: trend });
    }
    for tile in section.tables("tile") {
        let measure = read_measure(&tile, "metric", defaults);
        let compare = measure.as_ref().and_then(|m| read_compare(&tile, m.window, compare));
        let restate_tenths = read_restate(&tile, defaults.restate_tenths);
        let has_trend = tile.flag_or("trend", trend);
        tile.finish();
        tiles.extend(measure.map(|measure| KpiTemplate { measure, compare, restate_tenths, has_trend }));
    }
    let has_any = section.has("metrics") || section.has("tile");
    if !has_any || tiles.len() > TILE_COUNT_MAX {
        let message = format!("a `kpis` section has 1 to {TILE_COUNT_MAX} tiles");
        section.file().problem(&section.span(), message, Some("list them in `metrics`".to_owned()));
    }
    Some(KpisTemplate { title: said_opt(section, "title", defaults.locale).map(|t| t.value), tiles })
}

pub(super) fn read_table(section: &Table<'_, '_>, defaults: Defaults<'_>) -> Option<TableTemplate> {
    let title = said(section, "title", defaults.locale);
    let window = section.choice("window", WINDOWS, defaults.window);
    let defaults = Defaults { window, ..defaults };
    let by = section.text("by");
    let row_label = said_opt(section, "label", defaults.locale).map(|t| t.value);
    let mut columns: Vec<Measure> = Vec::new();
    for name in section.texts("columns") {
        let metric = super::name::find_metric(section, &name, defaults);
        columns.extend(metric.map(|metric| Measure { metric, window, label: None, filter: None }));
    }
    for column in section.tables("column") {
        columns.extend(read_measure(&column, "metric", defaults));
        column.finish();
    }
    if !section.has("columns") && !section.has("column") {
        section.file().problem(&section.span(), "a table needs `columns`", None);
    }
    let sort = read_sort(section, &columns);
    let limit = section.integer_or("limit", 25, 1..=ROW_LIMIT_MAX) as usize;
    let has_total = section.flag_or("total", true);
    let members = read_members(section, defaults);
    let by = by?;
    if let Some(scope) = defaults.scope.filter(|scope| *scope != by.value) {
        refuse_cut(section, &by, scope);
        return None;
    }
    let metrics: Vec<&'static Metric> = columns.iter().map(|c| c.metric).collect();
    let dimension = find_dimension(section, &by, &metrics, &[])?;
    let row_label = row_label.unwrap_or_else(|| words::heading(dimension));
    Some(TableTemplate { title: title?.value, by: dimension, members, row_label, columns, sort, limit, has_total })
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

pub(super) fn read_text(section: &Table<'_, '_>, defaults: Defaults<'_>) -> Option<TextTemplate> {
    let title = said_opt(section, "title", defaults.locale).map(|t| t.value);
    if !section.has("body") {
        section.text("body");
    }
    let body = said_words(section, "body", defaults)?;
    Some(TextTemplate { title, body: body.value })
}
