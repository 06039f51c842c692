//! Metrics that have their place and are not computed yet: all of them look ahead.

use serde::Serialize;

use crate::metric::catalog::Group;

/// A metric that comes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// The name it will have.
    pub name: &'static str,
    /// The chapter it will stand in.
    pub group: Group,
    /// What it will say.
    pub definition: &'static str,
}

const fn planned(group: Group, name: &'static str, definition: &'static str) -> Planned {
    Planned { name, group, definition }
}

/// What comes later.
pub const PLANNED: &[Planned] = &[
    planned(
        Group::Customers,
        "churn_probability",
        "probability that an active customer churns in the next 90 days, with its calibration",
    ),
    planned(
        Group::Customers,
        "at_risk_customers",
        "active customers likely to churn or losing touch, with the reasons",
    ),
    planned(Group::Customers, "win_back_candidates", "churned customers of value who may come back"),
    planned(Group::Customers, "upsell_candidates", "customers below the highest tier who are likely to move up"),
    planned(Group::Customers, "predictive_ltv", "revenue still to be expected from a customer"),
    planned(Group::Sales, "pipeline_forecast", "won value to be expected in a period, from what is open and its age"),
    planned(Group::Revenue, "revenue_forecast", "revenue of the coming months with 80 and 95 % intervals"),
    planned(Group::Revenue, "what_if", "revenue under other rates, values, prices and churn"),
];
