//! What a source that keeps its own history can tell: then a change is observed, not inferred.

use super::ColumnType::{Bigint, Text, Timestamp};
use super::event::{BILLING_PERIODS, SUBSCRIPTION_STATUSES};
use super::{Entity, Rule, STAGES, STATUSES, may, must};

/// A deal entered a stage.
pub(super) const DEAL_STAGE_CHANGE: Entity = Entity {
    name: "deal_stage_change",
    key: "deal_stage_change_id",
    key_parts: &["deal_id", "changed_at"],
    columns: &[
        must("deal_stage_change_id", Text, "the source's id"),
        must("deal_id", Text, "the deal"),
        must("stage", Text, "the stage entered: lead, qualified, proposal, negotiation, closed_won, closed_lost"),
        must("changed_at", Timestamp, "when"),
    ],
    rules: &[Rule::OneOf("stage", &STAGES)],
};

/// A customer entered a status.
pub(super) const CUSTOMER_STATUS_CHANGE: Entity = Entity {
    name: "customer_status_change",
    key: "customer_status_change_id",
    key_parts: &["customer_id", "changed_at"],
    columns: &[
        must("customer_status_change_id", Text, "the source's id"),
        must("customer_id", Text, "the customer"),
        must("status", Text, "the status entered: lead, prospect, customer, churned"),
        must("changed_at", Timestamp, "when"),
    ],
    rules: &[Rule::OneOf("status", &STATUSES)],
};

/// A subscription got another status or price.
pub(super) const SUBSCRIPTION_CHANGE: Entity = Entity {
    name: "subscription_change",
    key: "subscription_change_id",
    key_parts: &["subscription_id", "changed_at"],
    columns: &[
        must("subscription_change_id", Text, "the source's id"),
        must("subscription_id", Text, "the subscription"),
        must("status", Text, "from here on: trial, active, paused, cancelled, expired"),
        must("billing_period", Text, "from here on: monthly, quarterly, yearly"),
        must("amount_cents", Bigint, "price of a period from here on, in minor units, above zero"),
        may("plan", Text, "the plan from here on"),
        must("changed_at", Timestamp, "when"),
    ],
    rules: &[
        Rule::OneOf("status", &SUBSCRIPTION_STATUSES),
        Rule::OneOf("billing_period", &BILLING_PERIODS),
        Rule::AtLeast("amount_cents", 1),
    ],
};
