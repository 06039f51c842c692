//! What lies under each cube: the grain of its rows in the star, and the tables they are in.

/// A cube's origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lineage {
    /// The cube's table, without its schema.
    pub cube: &'static str,
    /// What one row under it is.
    pub grain: &'static str,
    /// The tables of the star it is filled from, the fact first.
    pub star: &'static [&'static str],
}

const fn of(cube: &'static str, grain: &'static str, star: &'static [&'static str]) -> Lineage {
    Lineage { cube, grain, star }
}

/// Every cube that a metric of the catalog may name.
pub const LINEAGE: &[Lineage] = &[
    of("deal_flow_day", "a deal", &["fact_deal", "dim_customer", "dim_sales_rep"]),
    of("deal_stock_day", "a deal's visit of a stage", &["fact_deal_stage", "fact_deal", "dim_sales_rep"]),
    of("deal_cohort_day", "a deal's first entry into a stage", &["fact_deal_stage", "fact_deal"]),
    of("customer_flow_day", "a customer's change of status", &["fact_customer_status", "dim_customer"]),
    of("customer_spell_day", "a customer's spell of activity", &["fact_customer_status"]),
    of("customer_stock_day", "a version of a customer", &["dim_customer", "dim_sales_rep"]),
    of("customer_cohort_day", "a customer's first entry into a status", &["fact_customer_status"]),
    of("customer_life", "a customer", &["dim_customer", "fact_customer_status", "fact_deal"]),
    of("interaction_day", "an interaction", &["fact_interaction", "dim_sales_rep"]),
    of("follow_up_day", "an interaction that asked for a follow-up", &["fact_interaction"]),
    of("order_day", "an order", &["fact_order", "dim_sales_rep"]),
    of("product_day", "a line of an order", &["fact_order_line", "fact_order", "dim_product"]),
    of("revenue_day", "a deal, an order or a payment", &["fact_deal", "fact_order", "fact_payment", "dim_customer"]),
    of("customer_purchase_day", "a deal won or an order", &["fact_deal", "fact_order", "dim_customer"]),
    of("deal_close_day", "a closed deal", &["fact_deal"]),
    of("deal_age_day", "a deal won", &["fact_deal"]),
    of("stage_visit_day", "a deal's visit of a stage", &["fact_deal_stage"]),
    of("product_pair_day", "a pair of lines of an order", &["fact_order_line", "fact_order", "dim_product"]),
    of("subscription_stock_day", "a paid span of a subscription", &["fact_mrr_spell"]),
    of("mrr_movement_day", "a day on which a customer's MRR moved", &["fact_mrr_movement"]),
];
