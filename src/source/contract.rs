//! The contract: which entities Vesper understands, column by column. Data, not code.

/// The type a contract column has, in Postgres' words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// `text`
    Text,
    /// `int` (four bytes)
    Int,
    /// `bigint`
    Bigint,
    /// `numeric`, kept to four decimals
    Numeric,
    /// `boolean`
    Bool,
    /// `date`
    Date,
    /// `timestamptz`
    Timestamp,
    /// `jsonb`
    Json,
}

impl ColumnType {
    /// The type as Postgres writes it.
    pub fn sql(self) -> &'static str {
        match self {
            ColumnType::Text => "text",
            ColumnType::Int => "int",
            ColumnType::Bigint => "bigint",
            ColumnType::Numeric => "numeric",
            ColumnType::Bool => "boolean",
            ColumnType::Date => "date",
            ColumnType::Timestamp => "timestamptz",
            ColumnType::Json => "jsonb",
        }
    }
}

/// A column of an entity.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The name the query must give it.
    pub name: &'static str,
    /// Its type.
    pub column_type: ColumnType,
    /// Whether null is allowed; a column that may be null may also be left out of the query.
    pub is_optional: bool,
    /// What it holds.
    pub meaning: &'static str,
}

/// What a row must satisfy beyond its types; one that does not goes to quarantine.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// The value is one of these.
    OneOf(&'static str, &'static [&'static str]),
    /// The number is not below this.
    AtLeast(&'static str, i64),
    /// The number is not above this.
    AtMost(&'static str, i64),
    /// The second column's day is not before the first's.
    NotBefore(&'static str, &'static str),
    /// When the first column has the value, the second is not null.
    Requires(&'static str, &'static str, &'static str),
}

/// A kind of thing a source delivers.
#[derive(Debug, Clone, Copy)]
pub struct Entity {
    /// Singular; the stem of its query's file and its staging table.
    pub name: &'static str,
    /// The column that identifies a row.
    pub key: &'static str,
    /// All columns in staging order.
    pub columns: &'static [Column],
    /// What rows must satisfy.
    pub rules: &'static [Rule],
}

/// The entity called `name`.
pub fn find(name: &str) -> Option<&'static Entity> {
    ENTITIES.iter().find(|e| e.name == name)
}

/// Stages a deal passes, in order; the last two close it.
pub const STAGES: [&str; 6] = ["lead", "qualified", "proposal", "negotiation", "closed_won", "closed_lost"];
/// A customer's statuses, in order.
pub const STATUSES: [&str; 4] = ["lead", "prospect", "customer", "churned"];
/// A customer's tiers, cheapest first.
pub const TIERS: [&str; 4] = ["free", "basic", "pro", "enterprise"];
/// Kinds of interaction.
pub const INTERACTION_TYPES: [&str; 6] = ["call", "email", "meeting", "note", "sms", "chat"];
/// Outcomes of an interaction; null is counted as `none`.
pub const OUTCOMES: [&str; 6] = ["successful", "no_answer", "voicemail", "busy", "scheduled", "not_interested"];

const fn must(name: &'static str, column_type: ColumnType, meaning: &'static str) -> Column {
    Column { name, column_type, is_optional: false, meaning }
}

const fn may(name: &'static str, column_type: ColumnType, meaning: &'static str) -> Column {
    Column { name, column_type, is_optional: true, meaning }
}

use ColumnType::{Bigint, Bool, Date, Int, Json, Numeric, Text, Timestamp};

const CREATED_AT: Column = may("created_at", Timestamp, "when the row was made");
const UPDATED_AT: Column = may("updated_at", Timestamp, "when the row last changed, as far as the source keeps it");
const DELETED_AT: Column = may("deleted_at", Timestamp, "when the row was soft-deleted");
const CURRENCY: Column = must("currency", Text, "ISO 4217 code of the amounts");

/// Every entity, dimensions first: a fact looks up its keys.
pub const ENTITIES: &[Entity] = &[
    Entity {
        name: "sales_rep",
        key: "sales_rep_id",
        columns: &[
            must("sales_rep_id", Text, "the source's id"),
            must("name", Text, "display name"),
            may("email", Text, "address"),
            may("is_active", Bool, "whether the rep works here now"),
            CREATED_AT,
            UPDATED_AT,
            DELETED_AT,
        ],
        rules: &[],
    },
    Entity {
        name: "company",
        key: "company_id",
        columns: &[
            must("company_id", Text, "the source's id"),
            must("name", Text, "display name"),
            may("industry", Text, "industry"),
            may("size", Text, "micro, small, medium, large, enterprise"),
            may("country", Text, "ISO 3166-1 alpha-2 or a name"),
            CREATED_AT,
            UPDATED_AT,
            DELETED_AT,
        ],
        rules: &[],
    },
    Entity {
        name: "customer",
        key: "customer_id",
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
        ],
        rules: &[
            Rule::OneOf("status", &STATUSES),
            Rule::OneOf("tier", &TIERS),
            Rule::NotBefore("created_at", "converted_at"),
            Rule::NotBefore("created_at", "churned_at"),
        ],
    },
    Entity {
        name: "product",
        key: "product_id",
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
        ],
        rules: &[],
    },
    Entity {
        name: "deal",
        key: "deal_id",
        columns: &[
            must("deal_id", Text, "the source's id"),
            may("customer_id", Text, "the customer"),
            may("company_id", Text, "the company"),
            may("sales_rep_id", Text, "the owner"),
            may("name", Text, "display name"),
            must("value_cents", Bigint, "value in minor units of the currency"),
            CURRENCY,
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
            Rule::AtLeast("probability", 0),
            Rule::AtMost("probability", 100),
            Rule::NotBefore("created_at", "actual_close_date"),
            Rule::Requires("stage", "closed_won", "actual_close_date"),
            Rule::Requires("stage", "closed_lost", "actual_close_date"),
        ],
    },
    Entity {
        name: "interaction",
        key: "interaction_id",
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
    },
    Entity {
        name: "order",
        key: "order_id",
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
    },
    Entity {
        name: "order_line",
        key: "order_line_id",
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
    },
    Entity {
        name: "subscription",
        key: "subscription_id",
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
            Rule::OneOf("status", &["trial", "active", "paused", "cancelled", "expired"]),
            Rule::OneOf("billing_period", &["monthly", "quarterly", "yearly"]),
            Rule::AtLeast("amount_cents", 1),
        ],
    },
];
