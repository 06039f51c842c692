//! The page at `/`: what this is and where everything stands, for people.

use crate::http::envelope::instant;
use crate::http::route::{ROUTES, Route};
use crate::metric::Snapshot;

/// The page loads nothing and runs nothing.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

const PAGE: &str = include_str!("welcome.html");
/// What both pages begin with; a page's own style follows.
const HEAD: &str = include_str!("head.html");

/// A page with its head.
pub(super) fn with_head(page: &str, title: &str) -> String {
    page.replace("{{head}}", &HEAD.replace("{{title}}", &escape(title)))
}

/// The page for the snapshot being served.
pub(super) fn page(snapshot: Option<&Snapshot>, organisation: &str) -> String {
    fill(&state(snapshot), &proof(snapshot), snapshot, organisation)
}

/// The page where tokens are needed: it tells how to ask, and nothing of the numbers.
pub(super) fn closed_page(organisation: &str) -> String {
    let text = "A token is needed here: <code>curl -H 'Authorization: Bearer TOKEN' …</code>. \
                <code>vesper token create --scope metrics</code> makes one.";
    fill(&format!("<p class=\"waiting\">{text}</p>"), "", None, organisation)
}

fn fill(state: &str, proof: &str, snapshot: Option<&Snapshot>, organisation: &str) -> String {
    let routes: String = ROUTES.iter().map(|route| row(route, snapshot)).collect();
    with_head(PAGE, &format!("Vesper · {organisation}"))
        .replace("{{state}}", state)
        .replace("{{proof}}", proof)
        .replace("{{routes}}", &routes)
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
        .replace("{{organisation}}", &escape(organisation))
}

fn state(snapshot: Option<&Snapshot>) -> String {
    let Some(snapshot) = snapshot else {
        let text = "No snapshot has been published yet. <code>vesper run nightly</code> makes the first one.";
        return format!("<p class=\"waiting\">{text}</p>");
    };
    let header = &snapshot.header;
    let fact = |name: &str, value: &str| format!("<div><dt>{name}</dt><dd>{}</dd></div>", escape(value));
    let facts = [
        fact("Business date", &header.business_date.to_string()),
        fact("Snapshot", &header.snapshot_id.to_string()),
        fact("Published", &header.published_at.format("%Y-%m-%d %H:%M UTC").to_string()),
        fact("Currency", &header.currency),
    ];
    let warnings: String = header.warnings.iter().map(|w| format!("<li>{}</li>", escape(w))).collect();
    let notes = if warnings.is_empty() { String::new() } else { format!("<ul class=\"notes\">{warnings}</ul>") };
    format!("<dl title=\"published {}\">{}</dl>{notes}", instant(header.published_at), facts.concat())
}

/// The line that says nothing was lost on the way.
fn proof(snapshot: Option<&Snapshot>) -> String {
    let lines = snapshot.map(|s| s.header.reconciliation.as_slice()).unwrap_or_default();
    if lines.is_empty() {
        return String::new();
    }
    let row = |l: &crate::metric::snapshot::Reconciliation| {
        let (entity, source, star, out) = (escape(&l.entity), l.source_rows, l.star_rows, l.quarantined_rows);
        format!("<tr><td>{entity}</td><td>{source}</td><td>{star}</td><td>{out}</td></tr>")
    };
    let rows: String = lines.iter().map(row).collect();
    format!(
        "<h2>Rows, source against star</h2><table class=\"proof\"><thead><tr><th>Entity</th><th>Source</th><th>Star</th>\
         <th>Quarantined</th></tr></thead><tbody>{rows}</tbody></table>"
    )
}

fn row(route: &Route, snapshot: Option<&Snapshot>) -> String {
    let example = match snapshot {
        Some(snapshot) => {
            let date = snapshot.header.business_date;
            let year_start = date.format("%Y-01-01").to_string();
            route.example.replace("{year_start}", &year_start).replace("{as_of}", &date.to_string())
        }
        // Without a date there is no window to show.
        None if route.example.contains('{') => String::new(),
        None => route.example.to_owned(),
    };
    let (url, path, summary) = (route.url(), route.path, route.summary);
    let query = escape(&example);
    // Each parameter breaks as a whole when the line is short.
    let shown: String = query.split_inclusive("&amp;").map(|part| format!("<span>{part}</span>")).collect();
    format!("<tr><td><a href=\"{url}{query}\">{path}</a><small>{shown}</small></td><td>{summary}</td></tr>")
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
