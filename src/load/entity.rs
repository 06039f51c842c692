//! How each entity becomes a table of the star. Data for the generic merge.

/// An entity whose rows are compared with a table and merged into it.
pub(super) struct MergeSpec {
    /// The contract's entity.
    pub entity: &'static str,
    /// The table of `star`.
    pub table: &'static str,
    /// The natural key beside `tenant_key`.
    pub key: &'static str,
    /// Every other column that the image delivers.
    pub columns: &'static [&'static str],
    /// Expressions over a row that name the days its cubes live on; none for dimensions.
    pub days: &'static [&'static str],
    /// The row as the table wants it.
    pub image: &'static str,
}

const DELETED_DAY: &str = "(deleted_at at time zone 'UTC')::date";

/// Dimensions that overwrite (SCD1), in load order.
pub(super) const DIMENSIONS: &[MergeSpec] = &[
    MergeSpec {
        entity: "sales_rep",
        table: "dim_sales_rep",
        key: "sales_rep_id",
        columns: &["name", "email", "is_active", "created_at", "deleted_at", "is_inferred"],
        days: &[],
        image: include_str!("sql/sales_rep.sql"),
    },
    MergeSpec {
        entity: "company",
        table: "dim_company",
        key: "company_id",
        columns: &["name", "industry", "size", "country", "created_at", "deleted_at", "is_inferred"],
        days: &[],
        image: include_str!("sql/company.sql"),
    },
    MergeSpec {
        entity: "product",
        table: "dim_product",
        key: "product_id",
        columns: &["sku", "name", "category", "brand", "status", "created_at", "deleted_at", "is_inferred"],
        days: &[],
        image: include_str!("sql/product.sql"),
    },
];

/// Facts, in load order: a line looks up its order.
pub(super) const FACTS: &[MergeSpec] = &[
    MergeSpec {
        entity: "deal",
        table: "fact_deal",
        key: "deal_id",
        columns: &[
            "customer_key",
            "company_key",
            "sales_rep_key",
            "name",
            "stage",
            "value_cents",
            "currency",
            "reporting_cents",
            "probability",
            "source",
            "close_reason",
            "created_at",
            "created_date",
            "expected_close_date",
            "actual_close_date",
            "days_to_close",
            "is_won",
            "is_lost",
            "stage_changed_at",
            "deleted_at",
        ],
        days: &["created_date", "actual_close_date", DELETED_DAY],
        image: include_str!("sql/deal.sql"),
    },
    MergeSpec {
        entity: "interaction",
        table: "fact_interaction",
        key: "interaction_id",
        columns: &[
            "customer_key",
            "customer_id",
            "sales_rep_key",
            "type",
            "direction",
            "outcome",
            "started_at",
            "started_date",
            "duration_seconds",
            "is_follow_up_required",
            "follow_up_at",
            "deleted_at",
        ],
        days: &["started_date"],
        image: include_str!("sql/interaction.sql"),
    },
    MergeSpec {
        entity: "order",
        table: "fact_order",
        key: "order_id",
        columns: &[
            "order_number",
            "customer_key",
            "customer_id",
            "sales_rep_key",
            "status",
            "amount",
            "currency",
            "reporting_amount",
            "ordered_at",
            "order_date",
            "fulfilled_at",
            "cancelled_at",
            "deleted_at",
        ],
        days: &["order_date"],
        image: include_str!("sql/order.sql"),
    },
    MergeSpec {
        entity: "order_line",
        table: "fact_order_line",
        key: "order_line_id",
        columns: &[
            "order_id",
            "customer_key",
            "sales_rep_key",
            "product_key",
            "order_date",
            "quantity",
            "unit_price",
            "amount",
            "currency",
            "reporting_amount",
            "deleted_at",
        ],
        days: &["order_date"],
        image: include_str!("sql/order_line.sql"),
    },
    MergeSpec {
        entity: "subscription",
        table: "fact_subscription",
        key: "subscription_id",
        columns: &[
            "customer_key",
            "customer_id",
            "plan",
            "status",
            "billing_period",
            "amount_cents",
            "currency",
            "reporting_mrr_cents",
            "started_at",
            "start_date",
            "trial_ended_at",
            "paid_from",
            "paid_until",
            "deleted_at",
        ],
        days: &["(paid_from at time zone 'UTC')::date", "(paid_until at time zone 'UTC')::date", DELETED_DAY],
        image: include_str!("sql/subscription.sql"),
    },
];
