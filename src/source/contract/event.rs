//! What happens: deals, contacts, orders, subscriptions.

use super::ColumnType::{Bigint, Bool, Date, Int, Numeric, Text, Timestamp};
use super::{
    CREATED_AT, CURRENCY, DELETED_AT, Entity, INTERACTION_TYPES, OUTCOMES, Rule, STAGES, UPDATED_AT, may, must,
};

/// An opportunity.
pub const DEAL: Entity = Entity {
    name: "deal",
    key: "deal_id",
    key_parts: &[],
    columns: &[
        must("deal_id", Text, "the source's id"),
        may("customer_id", Text, "the customer"),
        may("company_id", Text, "the company"),
        may("sales_rep_id", Text, "the owner"),
        may("name", Text, "display name"),
        must("value_cents", Bigint, "value in minor units of the currency"),
        CURRENCY,
        may("list_price_cents", Bigint, "list price of what was offered, in minor units of the currency"),
        must("stage", Text, "lead, qualified, proposal, negotiation, closed_won, closed_lost"),
        may("probability", Int, "0 to 100"),
        may("source", Text, "inbound, outbound, referral, partner, event, advertising"),
        may("expected_close_date", Date, "expected close"),
        may("actual_close_date", Date, "actual close; required once closed"),
        may("close_reason", Text, "why it was won or lost"),
        must("created_at", Timestamp, "when the deal was opened"),
        UPDATED_AT,
        DELETED_AT,
    ],
    rules: &[
        Rule::OneOf("stage", &STAGES),
        Rule::AtLeast("value_cents", 0),
        Rule::AtLeast("list_price_cents", 0),
        Rule::AtLeast("probability", 0),
        Rule::AtMost("probability", 100),
        Rule::NotBefore("created_at", "actual_close_date"),
        Rule::Requires("stage", "closed_won", "actual_close_date"),
        Rule::Requires("stage", "closed_lost", "actual_close_date"),
    ],
};

/// A contact with a customer.
pub const INTERACTION: Entity = Entity {
    name: "interaction",
    key: "interaction_id",
    key_parts: &[],
    columns: &[
        must("interaction_id", Text, "the source's id"),
        may("customer_id", Text, "the customer"),
        may("sales_rep_id", Text, "who spoke"),
        must("type", Text, "call, email, meeting, note, sms, chat"),
        may("direction", Text, "inbound, outbound"),
        may("outcome", Text, "successful, no_answer, voicemail, busy, scheduled, not_interested"),
        must("started_at", Timestamp, "start"),
        may("duration_seconds", Int, "length; null when not measured"),
        may("is_follow_up_required", Bool, "whether a follow-up was promised"),
        may("follow_up_at", Timestamp, "when it is due"),
        CREATED_AT,
        UPDATED_AT,
        DELETED_AT,
    ],
    rules: &[
        Rule::OneOf("type", &INTERACTION_TYPES),
        Rule::OneOf("outcome", &OUTCOMES),
        Rule::AtLeast("duration_seconds", 0),
    ],
};

/// An order's head.
pub(super) const ORDER: Entity = Entity {
    name: "order",
    key: "order_id",
    key_parts: &[],
    columns: &[
        must("order_id", Text, "the source's id"),
        may("order_number", Text, "number people use"),
        may("customer_id", Text, "the customer"),
        may("sales_rep_id", Text, "the rep, where the source credits one"),
        must("amount", Numeric, "total, up to four decimals"),
        CURRENCY,
        must("status", Text, "pending, confirmed, processing, fulfilled, cancelled"),
        must("ordered_at", Timestamp, "order date"),
        may("fulfilled_at", Timestamp, "fulfilment"),
        may("cancelled_at", Timestamp, "cancellation"),
        CREATED_AT,
        UPDATED_AT,
        DELETED_AT,
    ],
    rules: &[Rule::OneOf("status", &["pending", "confirmed", "processing", "fulfilled", "cancelled"])],
};

/// An order's line.
pub(super) const ORDER_LINE: Entity = Entity {
    name: "order_line",
    key: "order_line_id",
    key_parts: &[],
    columns: &[
        must("order_line_id", Text, "the source's id"),
        must("order_id", Text, "the order"),
        may("product_id", Text, "the product"),
        must("quantity", Int, "above zero"),
        must("unit_price", Numeric, "price of one, up to four decimals"),
        must("amount", Numeric, "total of the line, up to four decimals"),
        CURRENCY,
        CREATED_AT,
        UPDATED_AT,
    ],
    rules: &[Rule::AtLeast("quantity", 1)],
};

/// What a subscription can be.
pub(super) const SUBSCRIPTION_STATUSES: [&str; 5] = ["trial", "active", "paused", "cancelled", "expired"];
/// How often it is paid.
pub(super) const BILLING_PERIODS: [&str; 3] = ["monthly", "quarterly", "yearly"];

/// What is paid for again and again.
pub(super) const SUBSCRIPTION: Entity = Entity {
    name: "subscription",
    key: "subscription_id",
    key_parts: &[],
    columns: &[
        must("subscription_id", Text, "the source's id"),
        may("customer_id", Text, "the customer"),
        may("plan", Text, "the plan"),
        must("status", Text, "trial, active, paused, cancelled, expired"),
        must("billing_period", Text, "monthly, quarterly, yearly"),
        must("amount_cents", Bigint, "price of a period in minor units, above zero"),
        CURRENCY,
        must("started_at", Timestamp, "start"),
        may("trial_ended_at", Timestamp, "end of the trial, planned or past"),
        may("cancelled_at", Timestamp, "when it was cancelled"),
        may("ended_at", Timestamp, "when it stopped or stops"),
        CREATED_AT,
        UPDATED_AT,
        DELETED_AT,
    ],
    rules: &[
        Rule::OneOf("status", &SUBSCRIPTION_STATUSES),
        Rule::OneOf("billing_period", &BILLING_PERIODS),
        Rule::AtLeast("amount_cents", 1),
    ],
};
