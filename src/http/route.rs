//! The routes: paths, parameters, and the metrics they show. The router, the description of the interface and the pages
//! for people are all made of this table.

use crate::http::parameter::{Expected, Parameter};

/// What all routes of the contract begin with.
pub(super) const BASE_PATH: &str = "/api/v1/customer-mgmt/analytics";

/// One route below the base path.
#[derive(Debug)]
pub struct Route {
    /// The path below `/api/v1/customer-mgmt/analytics/`, which is also the name of its document.
    pub path: &'static str,
    /// What it answers, in a few words.
    pub summary: &'static str,
    /// A query that shows it at work, for people.
    pub example: &'static str,
    /// The metrics it shows, the one it is about first; none where it is about something else.
    pub metrics: &'static [&'static str],
    /// Its parameters, those of its own first.
    pub(super) parameters: &'static [&'static [Parameter]],
    pub(super) content: Content,
}

/// Where a route's `data` comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// The document of the same name, whole.
    Document,
    /// The document of a period.
    Lifecycle,
    /// Members of a document that is a list of reps.
    Reps,
    /// Cut from the daily series.
    TimeSeries,
    /// One metric of the catalog, cut as asked for.
    Metric,
    /// What the metrics mean.
    Catalog,
    /// The days there are snapshots of.
    Snapshots,
    /// The reports that were sealed.
    Editions,
}

impl Route {
    /// The whole path.
    pub fn url(&self) -> String {
        format!("{BASE_PATH}/{}", self.path)
    }

    /// Every parameter of the query.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        self.parameters.iter().copied().flatten()
    }
}

const fn optional(name: &'static str, expected: Expected, about: &'static str) -> Parameter {
    Parameter { name, is_required: false, expected, about }
}

/// A window of days and what it is compared with.
static WINDOW: [Parameter; 3] = [
    optional("start_date", Expected::Date, "the first day of a window; the answer is then about the window"),
    optional("end_date", Expected::Date, "the last day of the window, included"),
    COMPARE,
];
const COMPARE: Parameter = optional(
    "compare",
    Expected::OneOf(&["previous", "year"]),
    "what the window is compared with: the one just before, or the same a year earlier",
);
/// For every route that shows numbers of a snapshot.
static COMMON: [Parameter; 2] =
    [optional("as_of", Expected::Date, "the snapshot that was published for that day"), FORMAT];
const FORMAT: Parameter = optional(
    "format",
    Expected::OneOf(&["json", "csv", "xlsx", "parquet"]),
    "the form of the answer, stronger than Accept",
);
static FORM: [Parameter; 1] = [FORMAT];
/// For lists.
static PAGE: [Parameter; 2] = [
    optional("page[size]", Expected::Number { from: 1, to: 1_000 }, "answer in pages of so many rows"),
    optional("page[after]", Expected::Cursor, "the page after that cursor, which stands in Link and in meta.page.next"),
];
/// What many routes take alike; described once.
pub(super) static SHARED: [&[Parameter]; 3] = [&WINDOW, &COMMON, &PAGE];
static LIFECYCLE: [Parameter; 1] = [optional(
    "period",
    Expected::OneOf(&["week", "month", "quarter"]),
    "the period conversions are counted in (month)",
)];
static REPS: [Parameter; 2] = [
    optional("top_n", Expected::Number { from: 1, to: 100 }, "how many reps, from the first on (10)"),
    optional("sales_rep_id", Expected::Id, "this rep alone"),
];
static SERIES: [Parameter; 4] = [
    Parameter { name: "start_date", is_required: true, expected: Expected::Date, about: "the first day" },
    Parameter { name: "end_date", is_required: true, expected: Expected::Date, about: "the last day, included" },
    optional("granularity", Expected::OneOf(&["day", "week", "month"]), "the length of a bucket (month)"),
    COMPARE,
];
static METRIC: [Parameter; 4] = [
    optional("by", Expected::Id, "one row a member of this dimension"),
    optional(
        "filter",
        Expected::Member,
        "one member alone, such as tier:pro; of a table, the rows with that name in that column",
    ),
    optional("granularity", Expected::OneOf(&["day", "week", "month", "quarter"]), "one row a bucket of this length"),
    optional(
        "window",
        Expected::OneOf(&["all", "week", "month", "quarter", "year"]),
        "a published window in the place of two dates: the last complete one of its kind, or all days (all)",
    ),
];

/// The routes beyond the contract.
pub(super) static BEYOND: [Route; 4] = [
    Route {
        path: "metrics/{name}",
        summary: "any metric of the catalog, by dimension, window or bucket; or a table of it (rfm, cohort_month, close_reasons, …)",
        example: "",
        metrics: &[],
        parameters: &[&METRIC, &WINDOW, &PAGE, &COMMON],
        content: Content::Metric,
    },
    Route {
        path: "catalog",
        summary: "what every metric means, its unit, and where it may be cut",
        example: "",
        metrics: &[],
        parameters: &[&PAGE, &COMMON],
        content: Content::Catalog,
    },
    Route {
        path: "snapshots",
        summary: "the days there are published numbers of",
        example: "",
        metrics: &[],
        parameters: &[&PAGE, &FORM],
        content: Content::Snapshots,
    },
    Route {
        path: "editions",
        summary: "the reports that were sealed, with the digest of every file",
        example: "",
        metrics: &[],
        parameters: &[&PAGE, &FORM],
        content: Content::Editions,
    },
];

/// The eight routes, in the order they are documented.
pub static ROUTES: [Route; 8] = [
    Route {
        path: "customers/overview",
        summary: "customers by status and tier, lifetime, the leading sales reps",
        example: "",
        metrics: &[
            "total_customers",
            "avg_lifetime_weeks",
            "new_customers",
            "churned_customers",
            "deals_won",
            "revenue",
        ],
        parameters: &[&WINDOW, &COMMON],
        content: Content::Document,
    },
    Route {
        path: "customers/lifecycle",
        summary: "conversion from lead to prospect to customer, and churn, by period",
        example: "?period=quarter",
        metrics: &["new_customers", "churned_customers", "churn_rate"],
        parameters: &[&LIFECYCLE, &WINDOW, &COMMON],
        content: Content::Lifecycle,
    },
    Route {
        path: "customers/segmentation",
        summary: "customers by tier and lifetime value",
        example: "",
        metrics: &["total_customers", "avg_lifetime_weeks", "open_deals", "revenue"],
        parameters: &[&WINDOW, &COMMON],
        content: Content::Document,
    },
    Route {
        path: "deals/pipeline",
        summary: "deals by stage with their values, win rate, time to close",
        example: "",
        metrics: &["total_deals", "total_deal_value", "open_value", "weighted_value", "win_rate", "avg_days_to_close"],
        parameters: &[&WINDOW, &COMMON],
        content: Content::Document,
    },
    Route {
        path: "deals/conversions",
        summary: "how many deals go on from each stage to the next",
        example: "",
        metrics: &["stage_reached"],
        parameters: &[&WINDOW, &COMMON],
        content: Content::Document,
    },
    Route {
        path: "sales-reps/performance",
        summary: "sales reps by revenue, with wins, losses and time to close",
        example: "?top_n=5",
        metrics: &[
            "revenue",
            "active_customers",
            "deals_won",
            "deals_lost",
            "avg_deal_value",
            "win_rate",
            "avg_days_to_close",
        ],
        parameters: &[&REPS, &WINDOW, &PAGE, &COMMON],
        content: Content::Reps,
    },
    Route {
        path: "revenue/time-series",
        summary: "revenue, new customers and deals won by day, week or month",
        example: "?start_date={year_start}&end_date={as_of}&granularity=month",
        metrics: &["revenue", "new_customers", "deals_won"],
        parameters: &[&SERIES, &PAGE, &COMMON],
        content: Content::TimeSeries,
    },
    Route {
        path: "interactions/insights",
        summary: "calls, meetings and e-mails, their outcomes, and the follow-ups that wait",
        example: "",
        metrics: &["interactions", "follow_ups_pending", "follow_ups_overdue"],
        parameters: &[&WINDOW, &COMMON],
        content: Content::Document,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::catalog;

    #[test]
    fn every_metric_a_route_shows_is_in_the_catalog() {
        for route in &ROUTES {
            assert!(!route.metrics.is_empty(), "{}", route.path);
            for metric in route.metrics {
                assert!(catalog::find(metric).is_some(), "{}: {metric}", route.path);
            }
        }
    }
}
