//! What companies keep in spreadsheets.

use super::{Follow, Image, MergeSpec};
use crate::source::Measure;

/// Quotas, costs and touches of campaigns, members of the loyalty programme.
pub(super) const REFERENCES: &[MergeSpec] = &[
    MergeSpec {
        entity: "quota",
        table: "fact_quota",
        key: "quota_id",
        columns: &[
            "sales_rep_key",
            "start_date",
            "until_date",
            "amount_cents",
            "currency",
            "reporting_cents",
            "deleted_at",
        ],
        versioned_on: &[],
        days: &[],
        keeps: None,
        image: Image::Sql(include_str!("../sql/quota.sql")),
        measure: Measure::money("amount_cents", "start_date"),
        rate_day: Some("s.start_date"),
        follows: &[Follow::Version { dimension: "sales_rep", at: "null::timestamptz" }],
    },
    MergeSpec {
        entity: "campaign_cost",
        table: "fact_campaign_cost",
        key: "campaign_cost_id",
        columns: &["campaign_key", "cost_date", "amount_cents", "currency", "reporting_cents", "deleted_at"],
        versioned_on: &[],
        days: &[],
        keeps: None,
        image: Image::Sql(include_str!("../sql/campaign_cost.sql")),
        measure: Measure::money("amount_cents", "cost_date"),
        rate_day: Some("s.cost_date"),
        follows: &[],
    },
    MergeSpec {
        entity: "campaign_touch",
        table: "fact_campaign_touch",
        key: "campaign_touch_id",
        columns: &["campaign_key", "customer_key", "customer_id", "type", "touched_at", "touch_date", "deleted_at"],
        versioned_on: &[],
        days: &[],
        keeps: None,
        image: Image::Sql(include_str!("../sql/campaign_touch.sql")),
        measure: Measure::ROWS,
        rate_day: None,
        follows: &[],
    },
    MergeSpec {
        entity: "loyalty_member",
        table: "fact_loyalty_member",
        key: "loyalty_member_id",
        columns: &["customer_key", "customer_id", "tier", "points", "joined_date", "left_date", "deleted_at"],
        versioned_on: &[],
        days: &[],
        keeps: None,
        image: Image::Sql(include_str!("../sql/loyalty_member.sql")),
        measure: Measure::sum("points"),
        rate_day: None,
        follows: &[],
    },
];
