//! The documents of the published contract, untouched; over a window, the same metrics as figures of the window.

use serde_json::{Map, Value, json};

use crate::http::answer::Answer;
use crate::http::figure::{self, Cut};
use crate::http::parameter::Query;
use crate::http::published::Edition;
use crate::http::refusal::Refusal;
use crate::http::route::{Content, Route};
use crate::metric::{Figure, Metric, Snapshot};

/// The route's document; over a window, its metrics as figures.
pub(super) fn document(snapshot: &Snapshot, route: &Route, query: &Query) -> Result<Answer, Refusal> {
    if let Some(cut) = Cut::read(query, snapshot)? {
        return Ok(Answer::of(figures(snapshot, route, cut)));
    }
    let document = find(snapshot, &document_key(route, query))?;
    let answer = Answer::of(document.clone());
    // Where rates rest on history that the source did not keep, it stands beside the other origins too.
    Ok(match document.get("basis") {
        Some(basis) => answer.with("basis", basis.clone()),
        None => answer,
    })
}

/// The reps in rank order: one of them, a page of all, or the first `top_n`; over a window, each with its figures.
pub(super) fn reps(edition: &Edition, route: &Route, query: &Query) -> Result<Answer, Refusal> {
    let snapshot = &edition.snapshot;
    let windowed;
    let all = match Cut::read(query, snapshot)? {
        Some(cut) => {
            windowed = rep_figures(snapshot, route, cut)?;
            &windowed
        }
        None => find(snapshot, route.path)?.as_array().map(Vec::as_slice).unwrap_or_default(),
    };
    if let Some(id) = query.get("sales_rep_id") {
        let rep = all.iter().find(|rep| rep.get("sales_rep_id").and_then(Value::as_str) == Some(id));
        let missing = || format!("no sales rep has the id {id:?} in this snapshot");
        let rep = rep.ok_or_else(|| Refusal::no_member("sales_rep_id", missing()))?;
        return Ok(Answer::of(Value::Array(vec![rep.clone()])));
    }
    let is_paged = query.get("page[size]").is_some() || query.get("page[after]").is_some();
    let top_n = query.get("top_n").and_then(|n| n.parse().ok()).unwrap_or(if is_paged { usize::MAX } else { 10 });
    Answer::of_rows(all.iter().take(top_n).cloned().collect(), query, edition)
}

/// The key of a route's document: the path, and for the lifecycle the period too.
fn document_key(route: &Route, query: &Query) -> String {
    match route.content {
        Content::Lifecycle => format!("{}?period={}", route.path, query.get("period").unwrap_or("month")),
        _ => route.path.to_owned(),
    }
}

fn find<'a>(snapshot: &'a Snapshot, key: &str) -> Result<&'a Value, Refusal> {
    let missing = || {
        let message =
            format!("snapshot {} holds nothing for {key}; the next night publishes it", snapshot.header.snapshot_id);
        Refusal::unavailable("not_published", message)
    };
    snapshot.documents.get(key).ok_or_else(missing)
}

fn metrics_of(snapshot: &Snapshot, route: &Route) -> impl Iterator<Item = &'static Metric> {
    route.metrics.iter().filter_map(|name| snapshot.catalog.find(name))
}

fn figures(snapshot: &Snapshot, route: &Route, cut: Cut) -> Value {
    let mut data = Map::from_iter([("window".to_owned(), Cut::told(cut.period))]);
    data.extend(cut.compared.map(|compared| ("compared".to_owned(), Cut::told(compared))));
    let rows = metrics_of(snapshot, route).map(|metric| row(snapshot, metric, cut)).collect();
    data.insert("figures".to_owned(), rows);
    Value::Object(data)
}

/// One metric over a window, with what it is compared with.
pub(super) fn row(snapshot: &Snapshot, metric: &Metric, cut: Cut) -> Value {
    let currency = &snapshot.header.currency;
    let figure = |period| figure::over(snapshot, metric, period, None);
    let now = figure(cut.period);
    let mut row = json!({
        "metric": metric.versioned(), "label": metric.label, "unit": metric.unit,
        "value": figure::value(now, metric.unit, currency),
    });
    if let Some(compared) = cut.compared {
        let before = figure(compared);
        row["compared"] = figure::value(before, metric.unit, currency);
        row["change"] = figure::change(now, before, compared, metric.unit, currency);
    }
    if now.is_none() {
        row["reason"] = json!(NOT_PUBLISHED);
    }
    row
}

/// Why a figure is missing.
const NOT_PUBLISHED: &str =
    "this metric is not published for these days; a published window (week, month, quarter, year) is";

fn rep_figures(snapshot: &Snapshot, route: &Route, cut: Cut) -> Result<Vec<Value>, Refusal> {
    let currency = &snapshot.header.currency;
    let at = |metric: &Metric, id: &str, period| figure::over(snapshot, metric, period, Some(("sales_rep", id)));
    let mut rows: Vec<(i64, Value)> = Vec::new();
    for rep in snapshot.members("sales_rep") {
        let id = rep.member.as_str();
        let figures: Vec<(&Metric, Option<Figure>)> =
            metrics_of(snapshot, route).map(|m| (m, at(m, id, cut.period))).collect();
        if figures.iter().all(|(_, figure)| figure.is_none()) {
            return Err(Refusal::parameter("start_date", NOT_PUBLISHED));
        }
        let mut row = json!({ "sales_rep_id": id, "sales_rep_name": rep.label });
        for (metric, figure) in &figures {
            row[metric.name] = figure::value(*figure, metric.unit, currency);
        }
        if let Some(compared) = cut.compared {
            let fields = figures.iter().map(|(metric, now)| {
                let before = at(metric, id, compared);
                let value = figure::value(before, metric.unit, currency);
                let change = figure::change(*now, before, compared, metric.unit, currency);
                (metric.name.to_owned(), json!({ "value": value, "change": change }))
            });
            row["compared"] = Value::Object(fields.collect());
        }
        // The metric the route is about decides the rank.
        let rank = figures.first().and_then(|(_, figure)| figure.and_then(|f| f.rounded())).unwrap_or(0);
        rows.push((rank, row));
    }
    rows.sort_by(|(a, _), (b, _)| b.cmp(a));
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}
