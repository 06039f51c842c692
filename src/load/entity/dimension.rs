//! Dimensions: those with versions (SCD2), and those that overwrite (SCD1).

use super::{Image, MergeSpec};
use crate::source::Measure;

/// Delivered is not inferred: a member that a fact named before is completed.
const DELIVERED: (&str, &str) = ("is_inferred", "false");

/// Reference data has no soft deletion: a row is there, or it vanished.
const GONE_ONLY: (&str, &str) = ("deleted_at", "null::timestamptz");

/// In load order.
pub(in crate::load) const DIMENSIONS: &[MergeSpec] = &[
    MergeSpec {
        entity: "sales_rep",
        table: "dim_sales_rep",
        key: "sales_rep_id",
        columns: &["name", "email", "is_active", "attributes", "created_at", "deleted_at", "is_inferred"],
        versioned_on: &["is_active"],
        days: &[],
        keeps: None,
        image: Image::Staged(&[("is_active", "coalesce(s.is_active, true)"), DELIVERED]),
        measure: Measure::ROWS,
        rate_day: None,
        follows: &[],
    },
    MergeSpec {
        entity: "company",
        table: "dim_company",
        key: "company_id",
        columns: &["name", "industry", "size", "country", "attributes", "created_at", "deleted_at", "is_inferred"],
        versioned_on: &["industry", "size", "country"],
        days: &[],
        keeps: None,
        image: Image::Staged(&[DELIVERED]),
        measure: Measure::ROWS,
        rate_day: None,
        follows: &[],
    },
    MergeSpec {
        entity: "product",
        table: "dim_product",
        key: "product_id",
        columns: &[
            "sku",
            "name",
            "category",
            "brand",
            "status",
            "attributes",
            "created_at",
            "deleted_at",
            "is_inferred",
        ],
        versioned_on: &["category", "brand", "status"],
        days: &[],
        keeps: None,
        image: Image::Staged(&[DELIVERED]),
        measure: Measure::ROWS,
        rate_day: None,
        follows: &[],
    },
    MergeSpec {
        entity: "territory",
        table: "dim_territory",
        key: "territory_id",
        columns: &["name", "region", "country", "attributes", "sales_rep_key", "deleted_at", "is_inferred"],
        versioned_on: &[],
        days: &[],
        keeps: None,
        image: Image::Sql(include_str!("../sql/territory.sql")),
        measure: Measure::ROWS,
        rate_day: None,
        follows: &[],
    },
    MergeSpec {
        entity: "campaign",
        table: "dim_campaign",
        key: "campaign_id",
        columns: &[
            "name",
            "channel",
            "start_date",
            "until_date",
            "budget_cents",
            "currency",
            "attributes",
            "deleted_at",
            "is_inferred",
        ],
        versioned_on: &[],
        days: &[],
        keeps: None,
        image: Image::Staged(&[GONE_ONLY, DELIVERED]),
        measure: Measure::sum("budget_cents"),
        rate_day: None,
        follows: &[],
    },
];
