//! All points, series and documents of one business date, from the cubes. Pure.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use polars::prelude::PolarsResult;

use crate::base::Period;
use crate::cube::Cubes;
use crate::metric::Metric;
use crate::metric::catalog::CATALOG;
use crate::metric::document::{Context, documents};
use crate::metric::formula::Measures;
use crate::metric::snapshot::{Compare, DaySeries, Figure, Member, Slice, Window};
use crate::metric::table::Tables;

/// Everything that a snapshot publishes, before it has an id.
#[derive(Debug, Clone, PartialEq)]
pub struct Computed {
    /// First day any flow is known for.
    pub first_date: NaiveDate,
    /// Metric → slice → figure.
    pub points: BTreeMap<String, BTreeMap<Slice, Figure>>,
    /// Metric → daily series.
    pub series: BTreeMap<String, DaySeries>,
    /// Dimension → members.
    pub members: BTreeMap<String, Vec<Member>>,
    /// Route → body.
    pub documents: BTreeMap<String, serde_json::Value>,
    /// Metric → window → table; filled by the publish, since tables are asked of the server.
    pub tables: Tables,
    /// Sentences a reader must know.
    pub warnings: Vec<String>,
}

/// What a tenant's source delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// The entities its loads have counted; none for a star that no load has filled, which may hold everything.
    pub entities: BTreeSet<String>,
    /// What counts as revenue: `deals`, `orders` or `payments`.
    pub revenue_mode: String,
}

impl Delivered {
    /// Whether an entity is one of them; `revenue` is what the mode makes it of.
    pub fn has(&self, entity: &str) -> bool {
        let entity = if entity == "revenue" { self.revenue_mode.trim_end_matches('s') } else { entity };
        self.entities.is_empty() || self.entities.contains(entity)
    }

    /// Whether all that a metric rests on is.
    fn is_known(&self, metric: &Metric) -> bool {
        metric.needs().into_iter().all(|entity| self.has(entity))
    }
}

/// The days at which a stock is asked for: where the windows and what they are compared with begin and end.
pub fn stock_days(business_date: NaiveDate) -> Vec<NaiveDate> {
    let windows = Window::ALL.into_iter().flat_map(|window| {
        let compared = Compare::ALL.into_iter().filter_map(move |compare| window.compared(compare, business_date));
        // `all` begins with the first row, before which nothing moved.
        std::iter::once(window.period(business_date, business_date)).chain(compared)
    });
    windows.flat_map(|period| [period.from, period.until]).collect()
}

/// Computes all metrics of the catalog for a business date; `first_date` is the first day that anything is known of.
///
/// `members` names the members of each dimension; a member without rows is published as zero. A metric of an entity that
/// the source does not deliver is absent.
pub fn compute(
    cubes: &Cubes,
    delivered: &Delivered,
    (business_date, first_date): (NaiveDate, NaiveDate),
    currency: &str,
    members: BTreeMap<String, Vec<Member>>,
) -> PolarsResult<Computed> {
    let measures = Measures::new(cubes)?;
    let mut points: BTreeMap<String, BTreeMap<Slice, Figure>> = BTreeMap::new();
    let mut series = BTreeMap::new();
    for metric in CATALOG.iter().filter(|metric| delivered.is_known(metric)) {
        let figures = points.entry(metric.name.to_owned()).or_default();
        for window in Window::ALL {
            let period = window.period(business_date, first_date);
            // What is only known as it is now is published for windows that end now.
            let is_latest = period.until > business_date;
            if let Some(figure) = measures.figure(metric.name, period, is_latest)? {
                figures.insert(Slice::of(window), figure);
            }
            for compare in [Compare::Previous, Compare::Year] {
                let Some(period) = window.compared(compare, business_date) else { continue };
                if let Some(figure) = measures.figure(metric.name, period, false)? {
                    figures.insert(Slice::of(window).compared(compare), figure);
                }
            }
            for dimension in metric.dimensions {
                let by_member = measures.figures_by(metric.name, dimension, period, is_latest)?;
                if by_member.is_empty() && measures.figure(metric.name, period, is_latest)?.is_none() {
                    continue;
                }
                // A member without rows is zero for a sum and undefined for a ratio.
                let zero = if measures.is_ratio(metric.name) { Figure::ratio(0, 0) } else { Figure::whole(0) };
                for member in members.get(*dimension).into_iter().flatten() {
                    let figure = by_member.get(&member.member).copied().unwrap_or(zero);
                    figures.insert(Slice::of(window).at(dimension, &member.member), figure);
                }
            }
        }
        if metric.has_series {
            let period = Period::inclusive(first_date, business_date);
            let values = measures.series(metric.name, period)?;
            series.insert(metric.name.to_owned(), DaySeries { start_date: first_date, values });
        }
    }
    let context = Context { business_date, first_date, currency, members: &members };
    let (documents, warnings) = documents(&measures, &context)?;
    Ok(Computed { first_date, points, series, members, documents, tables: Tables::new(), warnings })
}
