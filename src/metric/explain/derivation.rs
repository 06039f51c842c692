//! How each metric is written in SQL on its cubes: what `vesper explain` prints, and what the tests compare with the
//! published numbers, which are computed another way.

use crate::metric::explain::derivation::Days::{Any, UntilEnd, UntilStart, Within};

/// One sum of a cube.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Side {
    /// The cube.
    pub cube: &'static str,
    /// An expression over its rows; `:from` and `:until` stand for the window's dates.
    pub sum: &'static str,
    /// Which days of it count.
    pub days: Days,
    /// The rows that are summed, if they are not the cube's own; `:cube` stands for it.
    pub rows: Option<&'static str>,
}

/// Which days of a cube count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Days {
    /// Those of the window: a flow.
    Within,
    /// All up to the window's end: a stock.
    UntilEnd,
    /// All before the window: a stock at its start.
    UntilStart,
    /// All there are, or the cube has none.
    Any,
}

/// A metric as one sum over another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Derivation {
    pub metric: &'static str,
    pub numerator: Side,
    pub denominator: Option<Side>,
}

const fn side(cube: &'static str, days: Days, sum: &'static str) -> Side {
    Side { cube, sum, days, rows: None }
}

const fn whole(metric: &'static str, numerator: Side) -> Derivation {
    Derivation { metric, numerator, denominator: None }
}

const fn ratio(metric: &'static str, numerator: Side, denominator: Side) -> Derivation {
    Derivation { metric, numerator, denominator: Some(denominator) }
}

const WON: &str = "sum(deals) filter (where event = 'won')";
const CLOSED: &str = "sum(deals) filter (where event in ('won', 'lost'))";
/// Orders have fractions of cents, which are rounded once a day and status.
const ROUNDED_ORDERS: &str =
    "(select o.tenant_key, o.day, o.status, round(100 * sum(o.amount)) as cents from :cube as o group by 1, 2, 3)";
/// The tenant's own mode of the three.
const REVENUE_OF_THE_MODE: &str = "(select q.tenant_key, q.day, q.sales_rep_key, q.tier, q.amount_cents from :cube as q \
     join star.dim_tenant as t on t.tenant_key = q.tenant_key and t.revenue_mode = q.mode)";
const OPENING_MRR: Side = side("mrr_movement_day", UntilStart, "sum(net_cents)");
const PAYING: &str =
    "count(*) filter (where movement in ('new', 'reactivation')) - count(*) filter (where movement = 'churn')";
const OPEN_STAGES: &str = "stage in ('lead', 'qualified', 'proposal', 'negotiation')";

/// The derivation of a metric of the house, at a member of a dimension where that makes a difference.
pub(super) fn derivation_of(metric: &str, member: Option<(&str, &str)>) -> Option<Derivation> {
    match (metric, member) {
        ("stage_reached", Some(("stage", "closed_won"))) => {
            Some(whole("stage_reached", side("deal_flow_day", UntilEnd, WON)))
        }
        ("stage_reached", Some(_)) => Some(whole("stage_reached", side("deal_cohort_day", UntilEnd, "sum(entered)"))),
        _ => DERIVATIONS.iter().find(|d| d.metric == metric).copied(),
    }
}

/// Whether the dimension is a column of the side's cube that narrows it; the stage of a win is not.
pub(super) fn is_narrowed(metric: &str, side: &Side, dimension: &str) -> bool {
    !(metric == "stage_reached" && side.cube == "deal_flow_day" && dimension == "stage")
}

const DERIVATIONS: &[Derivation] = &[
    whole("total_customers", side("customer_stock_day", UntilEnd, "sum(customers)")),
    whole(
        "active_customers",
        side("customer_stock_day", UntilEnd, "sum(customers) filter (where status = 'customer')"),
    ),
    whole(
        "new_customers",
        side("customer_flow_day", Within, "sum(customers) filter (where event = 'became_customer')"),
    ),
    whole(
        "reactivated_customers",
        side("customer_flow_day", Within, "sum(customers) filter (where event = 'reactivated')"),
    ),
    whole("churned_customers", side("customer_flow_day", Within, "sum(customers) filter (where event = 'churned')")),
    ratio(
        "churn_rate",
        side("customer_spell_day", Within, "sum(customers) filter (where entered_day < :from)"),
        side("customer_stock_day", UntilStart, "sum(customers) filter (where status = 'customer')"),
    ),
    ratio(
        "avg_lifetime_weeks",
        side(
            "customer_life",
            Any,
            "sum(active_seconds + coalesce(greatest(floor(extract(epoch from (:until::timestamp at time zone 'UTC') - date_trunc('second', active_since))), 0), 0))",
        ),
        side(
            "customer_life",
            Any,
            "604800 * count(*) filter (where active_seconds > 0 or active_since < (:until::timestamp at time zone 'UTC'))",
        ),
    ),
    whole("deals_won", side("deal_flow_day", Within, WON)),
    whole("deals_lost", side("deal_flow_day", Within, "sum(deals) filter (where event = 'lost')")),
    ratio("win_rate", side("deal_flow_day", Within, WON), side("deal_flow_day", Within, CLOSED)),
    ratio(
        "win_rate_value",
        side("deal_flow_day", Within, "sum(value_cents) filter (where event = 'won')"),
        side("deal_flow_day", Within, "sum(value_cents) filter (where event in ('won', 'lost'))"),
    ),
    ratio(
        "avg_deal_value",
        side("deal_flow_day", Within, "sum(value_cents) filter (where event = 'won')"),
        side("deal_flow_day", Within, WON),
    ),
    ratio(
        "avg_days_to_close",
        side("deal_flow_day", Within, "sum(days_to_close) filter (where event = 'won')"),
        side("deal_flow_day", Within, WON),
    ),
    whole("deals_created", side("deal_flow_day", Within, "sum(deals) filter (where event = 'created')")),
    whole("total_deals", side("deal_stock_day", UntilEnd, "sum(deals)")),
    whole("total_deal_value", side("deal_stock_day", UntilEnd, "sum(value_cents)")),
    whole("open_deals", side("deal_stock_day", UntilEnd, "sum(deals) filter (where :open)")),
    whole("open_value", side("deal_stock_day", UntilEnd, "sum(value_cents) filter (where :open)")),
    ratio(
        "weighted_value",
        side("deal_stock_day", UntilEnd, "sum(weighted_cents) filter (where :open)"),
        side("deal_stock_day", Any, "100"),
    ),
    whole("stage_reached", side("deal_cohort_day", UntilEnd, "sum(entered) filter (where stage = 'lead')")),
    whole(
        "revenue",
        Side { rows: Some(REVENUE_OF_THE_MODE), ..side("revenue_day", Within, "sum(round(amount_cents))") },
    ),
    whole("active_subscriptions", side("subscription_stock_day", UntilEnd, "sum(subscriptions)")),
    whole("mrr", side("subscription_stock_day", UntilEnd, "sum(mrr_cents)")),
    whole("mrr_opening", OPENING_MRR),
    whole("mrr_new", side("mrr_movement_day", Within, "sum(net_cents) filter (where movement = 'new')")),
    whole("mrr_expansion", side("mrr_movement_day", Within, "sum(net_cents) filter (where movement = 'expansion')")),
    whole(
        "mrr_reactivation",
        side("mrr_movement_day", Within, "sum(net_cents) filter (where movement = 'reactivation')"),
    ),
    whole(
        "mrr_contraction",
        side("mrr_movement_day", Within, "-sum(net_cents) filter (where movement = 'contraction')"),
    ),
    whole("mrr_churn", side("mrr_movement_day", Within, "-sum(net_cents) filter (where movement = 'churn')")),
    whole("paying_customers", side("mrr_movement_day", UntilEnd, PAYING)),
    ratio("arpa", side("mrr_movement_day", UntilEnd, "sum(net_cents)"), side("mrr_movement_day", UntilEnd, PAYING)),
    ratio(
        "gross_mrr_churn",
        side("mrr_movement_day", Within, "-sum(net_cents) filter (where movement in ('contraction', 'churn'))"),
        OPENING_MRR,
    ),
    ratio(
        "net_mrr_churn",
        side("mrr_movement_day", Within, "-sum(net_cents) filter (where movement <> 'new')"),
        OPENING_MRR,
    ),
    ratio(
        "nrr",
        side(
            "mrr_movement_day",
            UntilEnd,
            "sum(net_cents) filter (where day < :from or movement in ('expansion', 'contraction', 'churn'))",
        ),
        OPENING_MRR,
    ),
    ratio(
        "grr",
        side(
            "mrr_movement_day",
            UntilEnd,
            "sum(net_cents) filter (where day < :from or movement in ('contraction', 'churn'))",
        ),
        OPENING_MRR,
    ),
    ratio(
        "quick_ratio",
        side("mrr_movement_day", Within, "sum(net_cents) filter (where net_cents > 0)"),
        side("mrr_movement_day", Within, "-sum(net_cents) filter (where net_cents < 0)"),
    ),
    ratio(
        "logo_churn",
        side("mrr_movement_day", Within, "count(*) filter (where movement = 'churn' and paying_since < :from)"),
        side("mrr_movement_day", UntilStart, PAYING),
    ),
    whole("orders", side("order_day", Within, "sum(orders) filter (where status <> 'cancelled')")),
    whole(
        "order_value",
        Side {
            rows: Some(ROUNDED_ORDERS),
            ..side("order_day", Within, "sum(cents) filter (where status <> 'cancelled')")
        },
    ),
    ratio(
        "avg_order_value",
        Side {
            rows: Some(ROUNDED_ORDERS),
            ..side("order_day", Within, "sum(cents) filter (where status <> 'cancelled')")
        },
        side("order_day", Within, "sum(orders) filter (where status <> 'cancelled')"),
    ),
    whole("interactions", side("interaction_day", Within, "sum(interactions)")),
    whole("follow_ups_pending", side("follow_up_day", Any, "sum(follow_ups)")),
    whole("follow_ups_overdue", side("follow_up_day", UntilEnd, "sum(follow_ups)")),
];

/// The expression with its dates.
pub(super) fn written(side: &Side, from: &str, until: &str) -> String {
    side.sum.replace(":open", OPEN_STAGES).replace(":from", from).replace(":until", until)
}
