//! The interface described for people: the page at `/docs`, made of the tables that the handlers run on.

use std::sync::LazyLock;

use axum::http::StatusCode;

use crate::http::body::Body;
use crate::http::openapi::{STATUSES, of_text, schema_name};
use crate::http::parameter::Parameter;
use crate::http::route::{BASE_PATH, BEYOND, ROUTES, Route, SHARED};
use crate::http::welcome::{escape, with_head};
use crate::metric::all_tables;
use crate::metric::catalog::CATALOG;

const PAGE: &str = include_str!("docs.html");

/// `/docs`.
pub(super) fn page() -> &'static Body {
    static BODY: LazyLock<Body> = LazyLock::new(|| of_text("text/html; charset=utf-8", text()));
    &BODY
}

fn text() -> String {
    let metrics = CATALOG.iter().map(|m| named(m.name, m.label, m.definition));
    let tables = all_tables().map(|t| named(t.name, t.label, t.definition));
    let status = |(status, what): &(StatusCode, &str)| {
        format!("<tr><td><code>{}</code></td><td>{what}</td></tr>", status.as_u16())
    };
    with_head(PAGE, "Vesper · HTTP interface")
        .replace("{{contract}}", &ROUTES.iter().map(section).collect::<String>())
        .replace("{{beyond}}", &BEYOND.iter().map(section).collect::<String>())
        .replace("{{shared}}", &table(SHARED.iter().copied().flatten()))
        .replace("{{links}}", &ROUTES.iter().chain(&BEYOND).map(link).collect::<String>())
        .replace("{{metrics}}", &metrics.collect::<String>())
        .replace("{{tables}}", &tables.collect::<String>())
        .replace("{{statuses}}", &STATUSES.iter().map(status).collect::<String>())
        .replace("{{base}}", BASE_PATH)
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
}

fn section(route: &Route) -> String {
    let (own, shared): (Vec<_>, Vec<_>) = route.parameters().partition(|parameter| !is_shared(parameter));
    let (id, path, summary) = (schema_name(route), escape(route.path), escape(route.summary));
    let metrics = match route.metrics {
        [] => String::new(),
        names => format!("<p class=\"soft\">Metrics: {}</p>", names.join(", ")),
    };
    let shared: Vec<String> = shared.iter().map(|parameter| format!("<code>{}</code>", parameter.name)).collect();
    let shared = format!("<p class=\"soft\"><a href=\"#shared\">As elsewhere</a>: {}</p>", shared.join(", "));
    format!(
        "<section id=\"{id}\"><h3>GET <span>{BASE_PATH}/</span>{path}</h3><p>{summary}</p>{metrics}{}{shared}</section>",
        table(own)
    )
}

/// Whether a parameter means the same on every route that takes it.
fn is_shared(parameter: &Parameter) -> bool {
    !parameter.is_required && SHARED.iter().copied().flatten().any(|shared| shared.name == parameter.name)
}

fn table(parameters: impl IntoIterator<Item = &'static Parameter>) -> String {
    let rows: String = parameters.into_iter().map(row).collect();
    if rows.is_empty() {
        return rows;
    }
    format!(
        "<table><thead><tr><th>Parameter</th><th>What it does</th><th>A value is</th></tr></thead><tbody>{rows}</tbody></table>"
    )
}

fn row(parameter: &Parameter) -> String {
    let required = if parameter.is_required { " <em>required</em>" } else { "" };
    let (name, expected, about) = (parameter.name, escape(&parameter.expectation()), escape(parameter.about));
    format!("<tr><td><code>{name}</code>{required}</td><td>{about}</td><td>{expected}</td></tr>")
}

fn link(route: &Route) -> String {
    format!("<li><a href=\"#{}\">{}</a></li>", schema_name(route), escape(route.path))
}

fn named(name: &str, label: &str, definition: &str) -> String {
    let (label, definition) = (escape(label), escape(definition));
    format!("<tr><td><code>{name}</code></td><td>{label}</td><td>{definition}</td></tr>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_metric_and_table_has_its_place_on_the_page_and_no_place_is_empty() {
        let text = text();
        for route in ROUTES.iter().chain(&BEYOND) {
            assert!(text.contains(&format!("id=\"{}\"", schema_name(route))), "{}", route.path);
        }
        for name in CATALOG.iter().map(|m| m.name).chain(all_tables().map(|t| t.name)) {
            assert!(text.contains(&format!("<code>{name}</code>")), "{name}");
        }
        assert!(!text.contains("{{"));
    }
}
