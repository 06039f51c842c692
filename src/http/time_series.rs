//! A series by day, week or month, cut from the snapshot's daily series.

use chrono::NaiveDate;
use serde::Serialize;

use crate::base::{Grain, Period};
use crate::http::parameter::Query;
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

/// The buckets of a window, and the labels of those that are not whole.
#[derive(Debug)]
pub(super) struct TimeSeries<'a> {
    pub(super) buckets: Vec<Bucket<'a>>,
    pub(super) incomplete: Vec<String>,
}

/// Buckets in one answer: 5,000 days are over 13 years, and such a body is still under a megabyte.
const BUCKET_COUNT_MAX: usize = 5_000;

/// Cuts the window that `query` names: every bucket is there, a day without data counts zero, and a bucket at either
/// end counts only its days inside the window, so that the buckets sum to the window.
pub(super) fn cut<'a>(snapshot: &'a Snapshot, query: &Query) -> Result<TimeSeries<'a>, Refusal> {
    let (start_date, end_date) = (query.date("start_date"), query.date("end_date"));
    let (start_date, end_date) = start_date.zip(end_date).expect("both are required and were checked");
    if end_date < start_date {
        let message = format!("end_date {end_date} is before start_date {start_date}; both days are included");
        return Err(Refusal::parameter("end_date", message));
    }
    let window = Period::inclusive(start_date, end_date);
    let grain = query.get("granularity").and_then(Grain::parse).unwrap_or(Grain::Month);
    let periods = window.buckets(grain);
    if periods.len() > BUCKET_COUNT_MAX {
        let (count, name) = (periods.len(), grain.name());
        let message = format!(
            "{count} buckets of a {name} are more than the {BUCKET_COUNT_MAX} that fit one answer: \
             ask for a shorter window or a coarser granularity"
        );
        return Err(Refusal::parameter("end_date", message));
    }
    let sums = Sums::of(snapshot)?;
    let known_until = snapshot.header.business_date;
    let is_whole =
        |period: &Period| window.from <= period.from && period.last() <= window.last() && period.last() <= known_until;
    let incomplete = periods.iter().filter(|p| !is_whole(p)).map(|p| grain.label(p.from)).collect();
    let buckets = periods.into_iter().map(|period| sums.bucket(period, window, grain)).collect();
    Ok(TimeSeries { buckets, incomplete })
}

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

fn midnight(date: NaiveDate) -> String {
    date.format("%Y-%m-%dT00:00:00Z").to_string()
}
