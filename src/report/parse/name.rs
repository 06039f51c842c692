//! Names in a template: metrics, dimensions, comparisons, filters, checked against the catalog.

use crate::base::strict_toml::{Placed, Table};
use crate::metric::{Catalog, Compare, Metric, Window};
use crate::report::Scope;
use crate::report::parse::said::said_opt;
use crate::report::parse::{COMPARES, Defaults, WINDOWS};
use crate::report::speech;
use crate::report::template::Measure;

/// A metric with its window, filter and label, from a tile's, column's or chart's own table.
pub(super) fn read_measure(table: &Table<'_, '_>, key: &str, defaults: Defaults<'_>) -> Option<Measure> {
    let name = table.text(key);
    let window = table.choice("window", WINDOWS, defaults.window);
    let label = said_opt(table, "label", defaults.locale).map(|t| t.value);
    let metric = find_metric(table, &name?, defaults)?;
    let filter = read_filter(table, &[metric], defaults);
    Some(Measure { metric, window, label, filter })
}

/// Metrics by their names, all over the section's window and within its filter.
pub(super) fn read_measures(table: &Table<'_, '_>, key: &str, defaults: Defaults<'_>) -> Vec<Measure> {
    let names = table.texts(key);
    let metrics: Vec<&'static Metric> = names.iter().filter_map(|name| find_metric(table, name, defaults)).collect();
    let filter = if metrics.is_empty() { None } else { read_filter(table, &metrics, defaults) };
    let measure = |metric| Measure { metric, window: defaults.window, label: None, filter: filter.clone() };
    metrics.into_iter().map(measure).collect()
}

/// The metric of that name; in a report that is cut by a scope one that has the scope's dimension.
pub(super) fn find_metric(
    table: &Table<'_, '_>,
    name: &Placed<String>,
    defaults: Defaults<'_>,
) -> Option<&'static Metric> {
    let metric = defaults.catalog.find(&name.value);
    let Some(metric) = metric else {
        table.file().unknown_name(&name.span, "metric", &name.value, defaults.catalog.names());
        return None;
    };
    if let Some(scope) = defaults.scope.filter(|scope| !metric.dimensions.contains(scope)) {
        let message = format!("metric `{}` is not known by `{scope}`, by which this report is cut", metric.name);
        let hint = format!("these are: {}", names_by(defaults.catalog, scope).join(", "));
        table.file().problem(&name.span, message, Some(hint));
        return None;
    }
    Some(metric)
}

/// The metrics that have a dimension.
fn names_by(catalog: &Catalog, dimension: &str) -> Vec<&'static str> {
    catalog.iter().filter(|m| m.dimensions.contains(&dimension)).map(|m| m.name).collect()
}

/// `filter = { tier = "pro" }`: one member of a dimension that every metric has. Its members are checked against the
/// snapshot, which alone knows them.
pub(super) fn read_filter(table: &Table<'_, '_>, metrics: &[&'static Metric], defaults: Defaults<'_>) -> Option<Scope> {
    let filter = table.table("filter")?;
    let place = filter.span();
    let keys = filter.keys();
    let [dimension] = keys.as_slice() else {
        table.file().problem(&place, "`filter` names one dimension", Some("filter = { tier = \"pro\" }".to_owned()));
        return None;
    };
    let member = filter.text(dimension)?;
    filter.finish();
    check_parameter(table, &member, defaults);
    let member = member.value;
    if let Some(scope) = defaults.scope {
        table.file().problem(&place, format!("a report that is cut by `{scope}` has no filter beside it"), None);
        return None;
    }
    if let Some(metric) = metrics.iter().find(|m| !m.dimensions.contains(&dimension.as_str())) {
        let kind = format!("dimension of `{}`", metric.name);
        table.file().unknown_name(&place, &kind, dimension, metric.dimensions.iter().copied());
        return None;
    }
    Some(Scope::new(dimension, &member))
}

/// `members`: those that are shown, in this order.
pub(super) fn read_members(table: &Table<'_, '_>, defaults: Defaults<'_>) -> Vec<String> {
    let members = table.texts("members");
    members.iter().for_each(|member| check_parameter(table, member, defaults));
    members.into_iter().map(|member| member.value).collect()
}

/// A member that begins with `$` is a parameter of the file.
pub(in crate::report) fn check_parameter(table: &Table<'_, '_>, member: &Placed<String>, defaults: Defaults<'_>) {
    let Some(name) = member.value.strip_prefix('$') else { return };
    if !defaults.parameters.contains_key(name) {
        let known = defaults.parameters.keys().map(String::as_str);
        table.file().unknown_name(&member.span, "parameter", name, known);
    }
}

/// `scope`: the dimension by which editions are cut.
pub(super) fn read_scope(top: &Table<'_, '_>, catalog: &Catalog) -> Option<&'static str> {
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
pub(super) fn read_restate(table: &Table<'_, '_>, default: i64) -> i64 {
    let Some(written) = table.number_opt("restate_above") else { return default };
    if !(0.1..=1_000.0).contains(&written.value) {
        let message = format!("`restate_above` is {}, expected 0.1 to 1000 percent", written.value);
        table.file().problem(&written.span, message, None);
        return default;
    }
    (written.value * 10.0).round() as i64
}

/// The comparison of a window; before `all` there is nothing to compare with.
pub(super) fn read_compare(table: &Table<'_, '_>, window: Window, default: Option<Compare>) -> Option<Compare> {
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
pub(super) fn find_dimension(
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

/// A published number is cut once: one that is cut by the reader cannot be cut again.
pub(super) fn refuse_cut(section: &Table<'_, '_>, by: &Placed<String>, scope: &str) {
    let message = format!("a report that is cut by `{scope}` cannot be cut by `{}` too", by.value);
    section.file().problem(&by.span, message, Some(format!("by = \"{scope}\" shows the reader's own row")));
}

/// Writes the words once over no numbers: syntax, functions and the names in them are checked at load.
pub(super) fn check_words(table: &Table<'_, '_>, words: &Placed<String>, defaults: Defaults<'_>) {
    if let Err(error) = speech::check(&words.value, defaults.scope, (defaults.catalog, defaults.parameters)) {
        let line = error.line().filter(|line| *line > 1).map(|line| format!("in line {line} of the text"));
        let reason = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        table.file().problem(&words.span, reason, line);
    }
}
