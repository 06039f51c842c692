//! The routes of the published contract: paths, parameters, and the metrics they show.

use crate::http::parameter::{Expected, Parameter};

/// What all routes of the contract begin with.
pub(super) const BASE_PATH: &str = "/api/v1/customer-mgmt/analytics";

/// One route of the contract.
#[derive(Debug)]
pub struct Route {
    /// The path below `/api/v1/customer-mgmt/analytics/`, which is also the name of its document.
    pub path: &'static str,
    /// What it answers, in a few words.
    pub summary: &'static str,
    /// A query that shows it at work, for people.
    pub example: &'static str,
    /// The metrics it shows, the one it is about first.
    pub metrics: &'static [&'static str],
    pub(super) parameters: &'static [Parameter],
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
}

impl Route {
    /// The whole path.
    pub fn url(&self) -> String {
        format!("{BASE_PATH}/{}", self.path)
    }
}

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
        parameters: &[],
        content: Content::Document,
    },
    Route {
        path: "customers/lifecycle",
        summary: "conversion from lead to prospect to customer, and churn, by period",
        example: "?period=quarter",
        metrics: &["new_customers", "churned_customers", "churn_rate"],
        parameters: &[Parameter {
            name: "period",
            is_required: false,
            expected: Expected::OneOf(&["week", "month", "quarter"]),
        }],
        content: Content::Lifecycle,
    },
    Route {
        path: "customers/segmentation",
        summary: "customers by tier and lifetime value",
        example: "",
        metrics: &["total_customers", "avg_lifetime_weeks", "open_deals", "revenue"],
        parameters: &[],
        content: Content::Document,
    },
    Route {
        path: "deals/pipeline",
        summary: "deals by stage with their values, win rate, time to close",
        example: "",
        metrics: &["total_deals", "total_deal_value", "open_value", "weighted_value", "win_rate", "avg_days_to_close"],
        parameters: &[],
        content: Content::Document,
    },
    Route {
        path: "deals/conversions",
        summary: "how many deals go on from each stage to the next",
        example: "",
        metrics: &["stage_reached"],
        parameters: &[],
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
        parameters: &[
            Parameter { name: "top_n", is_required: false, expected: Expected::Number { from: 1, to: 100 } },
            Parameter { name: "sales_rep_id", is_required: false, expected: Expected::Id },
        ],
        content: Content::Reps,
    },
    Route {
        path: "revenue/time-series",
        summary: "revenue, new customers and deals won by day, week or month",
        example: "?start_date={year_start}&end_date={as_of}&granularity=month",
        metrics: &["revenue", "new_customers", "deals_won"],
        parameters: &[
            Parameter { name: "start_date", is_required: true, expected: Expected::Date },
            Parameter { name: "end_date", is_required: true, expected: Expected::Date },
            Parameter { name: "granularity", is_required: false, expected: Expected::OneOf(&["day", "week", "month"]) },
        ],
        content: Content::TimeSeries,
    },
    Route {
        path: "interactions/insights",
        summary: "calls, meetings and e-mails, their outcomes, and the follow-ups that wait",
        example: "",
        metrics: &["interactions", "follow_ups_pending", "follow_ups_overdue"],
        parameters: &[],
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
