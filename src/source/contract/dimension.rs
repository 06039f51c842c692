//! Whom and what a business deals with.

use super::ColumnType::{Bool, Json, Text, Timestamp};
use super::{ATTRIBUTES, CREATED_AT, DELETED_AT, Entity, Rule, STATUSES, TIERS, UPDATED_AT, may, must};

/// Who sells.
pub(super) const SALES_REP: Entity = Entity {
    name: "sales_rep",
    key: "sales_rep_id",
    key_parts: &[],
    columns: &[
        must("sales_rep_id", Text, "the source's id"),
        must("name", Text, "display name"),
        may("email", Text, "address"),
        may("is_active", Bool, "whether the rep works here now"),
        CREATED_AT,
        UPDATED_AT,
        DELETED_AT,
        ATTRIBUTES,
    ],
    rules: &[],
};

/// Whom a customer works for.
pub(super) const COMPANY: Entity = Entity {
    name: "company",
    key: "company_id",
    key_parts: &[],
    columns: &[
        must("company_id", Text, "the source's id"),
        must("name", Text, "display name"),
        may("industry", Text, "industry"),
        may("size", Text, "micro, small, medium, large, enterprise"),
        may("country", Text, "ISO 3166-1 alpha-2 or a name"),
        CREATED_AT,
        UPDATED_AT,
        DELETED_AT,
        ATTRIBUTES,
    ],
    rules: &[],
};

/// Whom one sells to, from the first sign of interest on.
pub(super) const CUSTOMER: Entity = Entity {
    name: "customer",
    key: "customer_id",
    key_parts: &[],
    columns: &[
        must("customer_id", Text, "the source's id"),
        must("name", Text, "display name"),
        may("email", Text, "address; only its hash is stored"),
        must("status", Text, "lead, prospect, customer, churned"),
        may("tier", Text, "free, basic, pro, enterprise"),
        may("source", Text, "where the customer came from"),
        may("sales_rep_id", Text, "the owner"),
        may("company_id", Text, "the company"),
        may("tags", Json, "array of texts"),
        may("churn_reason", Text, "why the customer left"),
        must("created_at", Timestamp, "when the customer was first known"),
        UPDATED_AT,
        may("last_contacted_at", Timestamp, "last contact"),
        may("converted_at", Timestamp, "first became a customer"),
        may("churned_at", Timestamp, "last churned"),
        DELETED_AT,
        ATTRIBUTES,
    ],
    rules: &[
        Rule::OneOf("status", &STATUSES),
        Rule::OneOf("tier", &TIERS),
        Rule::NotBefore("created_at", "converted_at"),
        Rule::NotBefore("created_at", "churned_at"),
    ],
};

/// What is sold.
pub(super) const PRODUCT: Entity = Entity {
    name: "product",
    key: "product_id",
    key_parts: &[],
    columns: &[
        must("product_id", Text, "the source's id"),
        may("sku", Text, "stock keeping unit"),
        must("name", Text, "display name"),
        may("category", Text, "category"),
        may("brand", Text, "brand"),
        may("status", Text, "active, draft, out_of_stock, discontinued"),
        CREATED_AT,
        UPDATED_AT,
        DELETED_AT,
        ATTRIBUTES,
    ],
    rules: &[],
};
