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
    /// The entity of the source that it says nothing without; `revenue` is what the tenant's mode makes it of.
    pub entity: &'static str,
}

const fn of(cube: &'static str, entity: &'static str, grain: &'static str, star: &'static [&'static str]) -> Lineage {
    Lineage { cube, grain, star, entity }
}

/// Every cube that a metric of the catalog may name.
pub const LINEAGE: &[Lineage] = &[
    of("deal_flow_day", "deal", "a deal", &["fact_deal", "dim_customer", "dim_sales_rep"]),
    of("deal_stock_day", "deal", "a deal's visit of a stage", &["fact_deal_stage", "fact_deal", "dim_sales_rep"]),
    of("deal_cohort_day", "deal", "a deal's first entry into a stage", &["fact_deal_stage", "fact_deal"]),
    of("customer_flow_day", "customer", "a customer's change of status", &["fact_customer_status", "dim_customer"]),
    of("customer_spell_day", "customer", "a customer's spell of activity", &["fact_customer_status"]),
    of("customer_stock_day", "customer", "a version of a customer", &["dim_customer", "dim_sales_rep"]),
    of("customer_cohort_day", "customer", "a customer's first entry into a status", &["fact_customer_status"]),
    of("customer_life", "customer", "a customer", &["dim_customer", "fact_customer_status", "fact_deal"]),
    of("interaction_day", "interaction", "an interaction", &["fact_interaction", "dim_sales_rep"]),
    of("follow_up_day", "interaction", "an interaction that asked for a follow-up", &["fact_interaction"]),
    of("order_day", "order", "an order", &["fact_order", "dim_sales_rep"]),
    of("product_day", "order_line", "a line of an order", &["fact_order_line", "fact_order", "dim_product"]),
    of(
        "revenue_day",
        "revenue",
        "a deal, an order or a payment",
        &["fact_deal", "fact_order", "fact_payment", "dim_customer"],
    ),
    of("customer_purchase_day", "revenue", "a deal won or an order", &["fact_deal", "fact_order", "dim_customer"]),
    of("deal_close_day", "deal", "a closed deal", &["fact_deal"]),
    of("deal_age_day", "deal", "a deal won", &["fact_deal"]),
    of("stage_visit_day", "deal", "a deal's visit of a stage", &["fact_deal_stage"]),
    of("basket_day", "order_line", "an order with a line", &["fact_order_line", "fact_order"]),
    of(
        "product_pair_day",
        "order_line",
        "a pair of lines of an order",
        &["fact_order_line", "fact_order", "dim_product"],
    ),
    of("subscription_stock_day", "subscription", "a paid span of a subscription", &["fact_mrr_spell"]),
    of("mrr_movement_day", "subscription", "a day on which a customer's MRR moved", &["fact_mrr_movement"]),
];
