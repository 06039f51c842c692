//! A series by day, week or month, cut from the snapshot's daily series.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Value, json};

use crate::base::{Grain, Period};
use crate::http::answer::metric::check_bucket_count;
use crate::http::answer::{Answer, contract};
use crate::http::figure::Cut;
use crate::http::parameter::Query;
use crate::http::published::Edition;
use crate::http::refusal::Refusal;
use crate::metric::{DaySeries, Snapshot};

/// One bucket, in the contract's shape.
#[derive(Debug, Serialize)]
pub(super) struct Bucket<'a> {
    period: String,
    timestamp: String,
    revenue: Amount<'a>,
    new_customers: i64,
    deals_won: i64,
}

#[derive(Debug, Serialize)]
struct Amount<'a> {
    cents: i64,
    currency: &'a str,
}

/// The window that `query` names, cut: every bucket is there, a day without data counts zero, and a bucket at either
/// end counts only its days inside the window, so that the buckets sum to the window. `meta` names those that are not
/// whole.
pub(super) fn answer(edition: &Edition, query: &Query) -> Result<Answer, Refusal> {
    let snapshot = &edition.snapshot;
    let cut = Cut::read(query, snapshot)?.expect("both dates are required and were checked");
    let window = cut.period;
    let grain = query.get("granularity").and_then(Grain::parse).unwrap_or(Grain::Month);
    let periods = window.buckets(grain);
    check_bucket_count(periods.len(), grain)?;
    let sums = Sums::of(snapshot)?;
    let known_until = snapshot.header.business_date;
    let is_whole =
        |period: &Period| window.from <= period.from && period.last() <= window.last() && period.last() <= known_until;
    let incomplete: Vec<String> = periods.iter().filter(|p| !is_whole(p)).map(|p| grain.label(p.from)).collect();
    let rows = periods.into_iter().map(|period| json!(sums.bucket(period, window, grain))).collect();
    let mut answer = Answer::of_rows(rows, query, edition)?;
    if !incomplete.is_empty() {
        answer = answer.with("incomplete", json!(incomplete));
    }
    if let Some(compared) = cut.compared {
        let figures =
            METRICS.iter().filter_map(|name| snapshot.catalog.find(name)).map(|m| contract::row(snapshot, m, cut));
        let told = json!({ "window": Cut::told(compared), "figures": figures.collect::<Value>() });
        answer = answer.with("compared", told);
    }
    Ok(answer)
}

/// What a bucket holds.
const METRICS: [&str; 3] = ["revenue", "new_customers", "deals_won"];

struct Sums<'a> {
    currency: &'a str,
    revenue: &'a DaySeries,
    new_customers: &'a DaySeries,
    deals_won: &'a DaySeries,
}

impl<'a> Sums<'a> {
    fn of(snapshot: &'a Snapshot) -> Result<Self, Refusal> {
        let series = |name: &str| {
            let message = || format!("snapshot {} holds no daily series of {name}", snapshot.header.snapshot_id);
            snapshot.series.get(name).ok_or_else(|| Refusal::unavailable("not_published", message()))
        };
        Ok(Self {
            currency: &snapshot.header.currency,
            revenue: series("revenue")?,
            new_customers: series("new_customers")?,
            deals_won: series("deals_won")?,
        })
    }

    fn bucket(&self, period: Period, window: Period, grain: Grain) -> Bucket<'a> {
        let inside = Period { from: period.from.max(window.from), until: period.until.min(window.until) };
        Bucket {
            period: grain.label(period.from),
            timestamp: midnight(period.from),
            revenue: Amount { cents: self.revenue.sum(inside), currency: self.currency },
            new_customers: self.new_customers.sum(inside),
            deals_won: self.deals_won.sum(inside),
        }
    }
}

pub(super) fn midnight(date: NaiveDate) -> String {
    date.format("%Y-%m-%dT00:00:00Z").to_string()
}
