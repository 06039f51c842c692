//! One metric of the catalog: over a window, a member, every member of a dimension, or bucket by bucket.

use serde_json::{Value, json};

use crate::base::{Grain, Period, nearest};
use crate::http::answer::{Answer, table};
use crate::http::figure::{self, Cut};
use crate::http::parameter::{Query, excerpt};
use crate::http::published::Edition;
use crate::http::refusal::Refusal;
use crate::metric::catalog;
use crate::metric::{Metric, Snapshot, Window};

/// Rows of one answer: days of over 13 years.
pub(super) const BUCKET_COUNT_MAX: usize = 5_000;

pub(super) fn answer(edition: &Edition, name: &str, query: &Query) -> Result<Answer, Refusal> {
    let snapshot = &edition.snapshot;
    let Some(metric) = snapshot.catalog.find(name) else { return table::answer(edition, name, query) };
    let header = &snapshot.header;
    let all = Cut { period: Window::All.period(header.business_date, header.first_date), compared: None };
    let cut = Cut::read(query, snapshot)?.unwrap_or(all);
    let member = query.member("filter");
    if let Some(member) = member {
        check_member(snapshot, metric, member)?;
    }
    let shape = (query.get("by"), query.get("granularity").and_then(Grain::parse));
    let rows = match shape {
        (Some(_), Some(_)) => {
            return Err(Refusal::parameter("granularity", "by and granularity cannot both be: leave one out"));
        }
        (Some(_), None) if member.is_some() => {
            return Err(Refusal::parameter("filter", "by and filter cannot both be: leave one out"));
        }
        (Some(by), None) => by_member(snapshot, metric, by, cut)?,
        (None, Some(_)) if member.is_some() => {
            return Err(Refusal::parameter("filter", "buckets are published of the whole, not of a member"));
        }
        (None, Some(grain)) => buckets(snapshot, metric, grain, cut)?,
        (None, None) => vec![row(snapshot, metric, cut, member, json!({}))?],
    };
    let answer = Answer::of_rows(rows, query, edition)?
        .with("metric", catalog::entry(metric))
        .with("window", Cut::told(cut.period));
    let answer = match cut.compared {
        Some(compared) => answer.with("compared", Cut::told(compared)),
        None => answer,
    };
    Ok(Answer { metrics: vec![metric.versioned()], ..answer })
}

fn check_dimension(metric: &Metric, parameter: &str, dimension: &str) -> Result<(), Refusal> {
    if metric.dimensions.contains(&dimension) {
        return Ok(());
    }
    let shown = excerpt(dimension);
    let advice = match nearest(&shown, metric.dimensions.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None if metric.dimensions.is_empty() => "it has none".to_owned(),
        None => format!("it has {}", metric.dimensions.join(", ")),
    };
    Err(Refusal::parameter(parameter, format!("{} has no dimension {shown:?}: {advice}", metric.name)))
}

fn check_member(snapshot: &Snapshot, metric: &Metric, (dimension, member): (&str, &str)) -> Result<(), Refusal> {
    check_dimension(metric, "filter", dimension)?;
    let members = snapshot.members(dimension);
    if members.iter().any(|m| m.member == member) {
        return Ok(());
    }
    let shown = excerpt(member);
    let near = nearest(&shown, members.iter().map(|m| m.member.as_str()));
    let advice = near.map_or("by lists them".to_owned(), |near| format!("did you mean {near}?"));
    Err(Refusal::no_member("filter", format!("{dimension} has no member {shown:?}: {advice}")))
}

/// The value over the window, with what it is compared with, beside what `head` says.
fn row(
    snapshot: &Snapshot,
    metric: &Metric,
    cut: Cut,
    member: Option<(&str, &str)>,
    head: Value,
) -> Result<Value, Refusal> {
    let currency = &snapshot.header.currency;
    let find = |period| figure::over(snapshot, metric, period, member);
    let Some(now) = find(cut.period) else { return Err(not_published(metric)) };
    let mut row = head;
    row["value"] = figure::value(Some(now), metric.unit, currency);
    if let Some(compared) = cut.compared {
        let before = find(compared);
        row["compared"] = figure::value(before, metric.unit, currency);
        row["change"] = figure::change(Some(now), before, compared, metric.unit, currency);
    }
    Ok(row)
}

fn not_published(metric: &Metric) -> Refusal {
    let message = format!(
        "{} is not published for these days: ask for window=all, week, month, quarter or year, or for days that a \
         published window covers",
        metric.name
    );
    Refusal::parameter("start_date", message)
}

fn by_member(snapshot: &Snapshot, metric: &Metric, by: &str, cut: Cut) -> Result<Vec<Value>, Refusal> {
    check_dimension(metric, "by", by)?;
    let members = snapshot.members(by).iter();
    let rows = members.map(|m| {
        let head = json!({ "member": m.member, "label": m.label });
        row(snapshot, metric, cut, Some((by, &m.member)), head)
    });
    rows.collect()
}

fn buckets(snapshot: &Snapshot, metric: &Metric, grain: Grain, cut: Cut) -> Result<Vec<Value>, Refusal> {
    if !snapshot.is_daily(metric.name) {
        let message = format!("{} is not published day by day; {} are", metric.name, daily_names(snapshot).join(", "));
        return Err(Refusal::parameter("granularity", message));
    }
    if cut.compared.is_some() {
        return Err(Refusal::parameter("compare", "buckets are compared by asking for the other window"));
    }
    let periods = cut.period.buckets(grain);
    check_bucket_count(periods.len(), grain)?;
    let currency = &snapshot.header.currency;
    let rows = periods.into_iter().map(|bucket| {
        let inside = Period { from: bucket.from.max(cut.period.from), until: bucket.until.min(cut.period.until) };
        json!({
            "period": grain.label(bucket.from), "timestamp": super::time_series::midnight(bucket.from),
            "value": figure::value(snapshot.over_known(metric.name, inside), metric.unit, currency),
        })
    });
    Ok(rows.collect())
}

fn daily_names(snapshot: &Snapshot) -> Vec<&'static str> {
    snapshot.catalog.names().filter(|name| snapshot.is_daily(name)).collect()
}

/// Refuses more buckets than one answer holds.
pub(super) fn check_bucket_count(count: usize, grain: Grain) -> Result<(), Refusal> {
    if count <= BUCKET_COUNT_MAX {
        return Ok(());
    }
    let message = format!(
        "{count} buckets of a {} are more than the {BUCKET_COUNT_MAX} that fit one answer: \
         ask for a shorter window or a coarser granularity",
        grain.name()
    );
    Err(Refusal::parameter("end_date", message))
}
