//! A metric that is a table: its rows over one of the windows it is published for.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::base::nearest;
use crate::http::answer::Answer;
use crate::http::figure::{self, Cut};
use crate::http::parameter::{Query, excerpt};
use crate::http::published::Edition;
use crate::http::refusal::Refusal;
use crate::metric::{Cell, Snapshot, Table, TableColumn, Window, find_table};

pub(super) fn answer(edition: &Edition, name: &str, query: &Query) -> Result<Answer, Refusal> {
    let snapshot = &edition.snapshot;
    let windows = snapshot.tables.get(name).ok_or_else(|| missing(snapshot, name))?;
    if let Some(parameter) = ["by", "granularity", "compare"].into_iter().find(|p| query.get(p).is_some()) {
        let message = format!("{name} is a table with columns of its own: leave {parameter} out");
        return Err(Refusal::parameter(parameter, message));
    }
    let (window, table) = choose(snapshot, name, windows, query)?;
    let wanted = query.member("filter").map(|filter| find_cell(table, name, filter)).transpose()?;
    let is_shown = |cells: &&Vec<_>| wanted.is_none_or(|(at, text)| cells.get(at).and_then(Cell::text) == Some(text));
    let rows = table.rows.iter().filter(is_shown).map(|cells| row(table, cells, &snapshot.header.currency));
    let period = window.period(snapshot.header.business_date, snapshot.header.first_date);
    let answer = Answer::of_rows(rows.collect(), query, edition)?.with("window", Cut::told(period));
    let answer = match entry(name, windows) {
        Some(entry) => answer.with("metric", entry),
        None => answer,
    };
    Ok(Answer { metrics: vec![format!("{name}@{}", table.version)], ..answer })
}

/// A table in the catalog: what it means, its columns, and the windows it is published for.
pub(super) fn entry(name: &str, windows: &BTreeMap<Window, Table>) -> Option<Value> {
    let table = windows.values().next()?;
    // A table that a later version of the program published is told by its own columns.
    let (label, definition) = find_table(name).map_or((name, ""), |metric| (metric.label, metric.definition));
    let windows: Vec<&str> = windows.keys().map(|window| window.name()).collect();
    Some(json!({
        "name": name, "version": table.version, "label": label, "definition": definition, "columns": table.columns,
        "windows": windows,
    }))
}

fn missing(snapshot: &Snapshot, name: &str) -> Refusal {
    if let Some(metric) = find_table(name) {
        let message = format!(
            "{name} is not published: it needs {}, and the source did not deliver that yet",
            metric.needs.join(" and ")
        );
        return Refusal::not_found(message);
    }
    let shown = excerpt(name);
    let mut names: Vec<&str> = snapshot.catalog.names().collect();
    names.extend(snapshot.tables.keys().map(String::as_str));
    let near = nearest(&shown, names);
    let advice = near.map_or("/catalog lists them".to_owned(), |near| format!("did you mean {near}?"));
    Refusal::not_found(format!("unknown metric {shown:?}: {advice}"))
}

/// The table of the window asked for; without one, of the first there is.
fn choose<'s>(
    snapshot: &Snapshot,
    name: &str,
    windows: &'s BTreeMap<Window, Table>,
    query: &Query,
) -> Result<(Window, &'s Table), Refusal> {
    let (business_date, first_date) = (snapshot.header.business_date, snapshot.header.first_date);
    let days = |window: &Window| window.period(business_date, first_date);
    let asked = Cut::read(query, snapshot)?;
    let found = windows.iter().find(|(window, _)| {
        query.get("window").map_or(asked.is_none_or(|cut| cut.period == days(window)), |named| named == window.name())
    });
    let parameter = if query.get("window").is_some() { "window" } else { "start_date" };
    let known = || {
        let told = windows.keys().map(|window| {
            let days = days(window);
            format!("window={} ({} to {})", window.name(), days.from, days.last())
        });
        format!("{name} is published for {}", told.collect::<Vec<_>>().join(", "))
    };
    found.map(|(window, table)| (*window, table)).ok_or_else(|| Refusal::parameter(parameter, known()))
}

/// The column of names and the name in it that a filter asks for.
fn find_cell<'q>(table: &Table, name: &str, (column, text): (&str, &'q str)) -> Result<(usize, &'q str), Refusal> {
    let of_names = || table.columns.iter().filter(|column| column.unit.is_none()).map(|column| column.name.as_str());
    let at = table.columns.iter().position(|held| held.unit.is_none() && held.name == column).ok_or_else(|| {
        let shown = excerpt(column);
        let advice = match nearest(&shown, of_names()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("it has {}", of_names().collect::<Vec<_>>().join(", ")),
        };
        Refusal::parameter("filter", format!("{name} has no column of names {shown:?}: {advice}"))
    })?;
    let texts = || table.rows.iter().filter_map(|cells| cells.get(at).and_then(Cell::text));
    if texts().any(|held| held == text) {
        return Ok((at, text));
    }
    let shown = excerpt(text);
    let advice = nearest(&shown, texts())
        .map_or("the whole table lists them".to_owned(), |near| format!("did you mean {near}?"));
    Err(Refusal::no_member("filter", format!("{column} has no row {shown:?}: {advice}")))
}

/// The cells by the names of their columns, each in the contract's form.
fn row(table: &Table, cells: &[Cell], currency: &str) -> Value {
    let value = |(column, cell): (&TableColumn, &Cell)| {
        let value = match column.unit {
            Some(unit) => figure::value(cell.figure(), unit, currency),
            None => json!(cell.text()),
        };
        (column.name.clone(), value)
    };
    Value::Object(table.columns.iter().zip(cells).map(value).collect::<Map<_, _>>())
}
