//! What is written down: invoices, payments, stock and its movements.

use super::ColumnType::{Bigint, Int, Text, Timestamp};
use super::{CREATED_AT, CURRENCY, DELETED_AT, Entity, Rule, UPDATED_AT, may, must};

/// A demand for money.
pub(super) const INVOICE: Entity = Entity {
    name: "invoice",
    key: "invoice_id",
    key_parts: &[],
    columns: &[
        must("invoice_id", Text, "the source's id"),
        may("invoice_number", Text, "number people use"),
        may("customer_id", Text, "the customer"),
        may("order_id", Text, "the order it bills"),
        must("status", Text, "as the source words it; paid once it is settled"),
        may("subtotal_cents", Bigint, "before tax, in minor units of the currency"),
        may("tax_cents", Bigint, "tax, in minor units"),
        must("amount_cents", Bigint, "total, in minor units"),
        CURRENCY,
        must("issued_at", Timestamp, "date of issue"),
        may("due_at", Timestamp, "when it is due"),
        may("paid_at", Timestamp, "when it was settled; required once paid"),
        CREATED_AT,
        UPDATED_AT,
        DELETED_AT,
    ],
    rules: &[
        Rule::Code("currency"),
        Rule::NotBefore("issued_at", "due_at"),
        Rule::NotBefore("issued_at", "paid_at"),
        Rule::Requires("status", "paid", "paid_at"),
    ],
};

/// What a payment can be.
const PAYMENT_STATUSES: [&str; 6] = ["pending", "processing", "completed", "failed", "refunded", "cancelled"];

/// An attempt to pay.
pub(super) const PAYMENT: Entity = Entity {
    name: "payment",
    key: "payment_id",
    key_parts: &[],
    columns: &[
        must("payment_id", Text, "the source's id"),
        may("payment_number", Text, "number people use"),
        may("customer_id", Text, "the customer"),
        may("invoice_id", Text, "the invoice it pays"),
        may("method", Text, "card, bank_transfer, …"),
        must("status", Text, "pending, processing, completed, failed, refunded, cancelled"),
        must("amount_cents", Bigint, "amount in minor units of the currency"),
        may("refunded_cents", Bigint, "how much of it was given back"),
        CURRENCY,
        must("created_at", Timestamp, "when it was begun"),
        may("processed_at", Timestamp, "when it went through or failed; required once completed or refunded"),
        may("refunded_at", Timestamp, "when it was given back; required once refunded"),
        UPDATED_AT,
        DELETED_AT,
    ],
    rules: &[
        Rule::OneOf("status", &PAYMENT_STATUSES),
        Rule::Code("currency"),
        Rule::AtLeast("amount_cents", 0),
        Rule::AtLeast("refunded_cents", 0),
        Rule::NotAbove("amount_cents", "refunded_cents"),
        Rule::NotBefore("processed_at", "refunded_at"),
        Rule::Requires("status", "completed", "processed_at"),
        Rule::Requires("status", "refunded", "processed_at"),
        Rule::Requires("status", "refunded", "refunded_at"),
    ],
};

/// One product in one warehouse.
pub(super) const INVENTORY: Entity = Entity {
    name: "inventory",
    key: "inventory_id",
    key_parts: &["product_id", "warehouse"],
    columns: &[
        must("inventory_id", Text, "the source's id"),
        must("product_id", Text, "the product"),
        must("warehouse", Text, "where it lies"),
        must("on_hand", Int, "pieces there"),
        may("reserved", Int, "of them promised"),
        may("committed", Int, "of them being shipped"),
        may("available", Int, "of them free"),
        may("reorder_point", Int, "at this many more are ordered"),
        may("reorder_quantity", Int, "how many are ordered then"),
        may("restocked_at", Timestamp, "last receipt"),
        may("unit_cost_cents", Bigint, "cost of one piece in minor units of the currency"),
        may("currency", Text, "ISO 4217 code of the cost; without it the cost is not converted"),
        may("status", Text, "as the source words it"),
        UPDATED_AT,
        DELETED_AT,
    ],
    rules: &[Rule::Code("currency"), Rule::AtLeast("unit_cost_cents", 0)],
};

/// Kinds of movement.
const MOVEMENT_TYPES: [&str; 8] =
    ["receipt", "reservation", "reservation_release", "commit", "adjustment", "transfer", "damage", "return"];

/// One movement of stock; never changed, never deleted.
pub(super) const STOCK_MOVEMENT: Entity = Entity {
    name: "stock_movement",
    key: "stock_movement_id",
    key_parts: &[],
    columns: &[
        must("stock_movement_id", Text, "the source's id"),
        must("product_id", Text, "the product"),
        must("warehouse", Text, "where it lies"),
        must("type", Text, "receipt, reservation, reservation_release, commit, adjustment, transfer, damage, return"),
        must("quantity", Int, "pieces moved; negative when they leave"),
        may("quantity_before", Int, "pieces there before"),
        may("quantity_after", Int, "pieces there after"),
        may("unit_cost_cents", Bigint, "cost of one piece in minor units of the currency"),
        may("currency", Text, "ISO 4217 code of the cost; without it the cost is not converted"),
        must("moved_at", Timestamp, "when"),
        CREATED_AT,
    ],
    rules: &[Rule::OneOf("type", &MOVEMENT_TYPES), Rule::Code("currency"), Rule::AtLeast("unit_cost_cents", 0)],
};
