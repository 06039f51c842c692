//! What companies keep in spreadsheets: territories, quotas, campaigns, loyalty, rates. By query or by CSV.

use super::ColumnType::{Bigint, Date, Decimal, Int, Text, Timestamp};
use super::{ATTRIBUTES, CURRENCY, Entity, Rule, may, must};

const SALES_REP: &str = "the rep: id or e-mail address";
const CUSTOMER: &str = "the customer: id or e-mail address";

/// A part of the market.
pub(super) const TERRITORY: Entity = Entity {
    name: "territory",
    key: "territory_id",
    key_parts: &[],
    columns: &[
        must("territory_id", Text, "short name, such as DACH"),
        must("name", Text, "display name"),
        may("region", Text, "what it is part of"),
        may("country", Text, "the country whose customers belong to it, as companies spell it"),
        may("sales_rep", Text, "who leads it: id or e-mail address of the rep"),
        ATTRIBUTES,
    ],
    rules: &[],
};

/// A campaign.
pub(super) const CAMPAIGN: Entity = Entity {
    name: "campaign",
    key: "campaign_id",
    key_parts: &[],
    columns: &[
        must("campaign_id", Text, "short name, such as spring-2025"),
        must("name", Text, "display name"),
        may("channel", Text, "email, search, event, …"),
        may("start_date", Date, "first day"),
        may("until_date", Date, "first day after it"),
        may("budget_cents", Bigint, "what it may cost, in minor units of the currency"),
        may("currency", Text, "ISO 4217 code of the budget"),
        ATTRIBUTES,
    ],
    rules: &[Rule::Code("currency"), Rule::AtLeast("budget_cents", 0), Rule::Before("start_date", "until_date")],
};

/// What a currency is worth.
pub(super) const FX_RATE: Entity = Entity {
    name: "fx_rate",
    key: "fx_rate_id",
    key_parts: &["currency", "valid_from"],
    columns: &[
        must("fx_rate_id", Text, "the source's id"),
        CURRENCY,
        must("valid_from", Date, "first day the rate holds, until the currency's next row"),
        must("rate", Decimal, "amount × rate = reporting currency; above zero, every digit counts"),
    ],
    rules: &[Rule::Code("currency"), Rule::Positive("rate")],
};

/// What a rep is to sell.
pub(super) const QUOTA: Entity = Entity {
    name: "quota",
    key: "quota_id",
    key_parts: &["sales_rep", "start_date"],
    columns: &[
        must("quota_id", Text, "the source's id"),
        must("sales_rep", Text, SALES_REP),
        must("start_date", Date, "first day of the period"),
        must("until_date", Date, "first day after the period"),
        must("amount_cents", Bigint, "value to win in the period, in minor units of the currency"),
        CURRENCY,
    ],
    rules: &[Rule::Code("currency"), Rule::AtLeast("amount_cents", 0), Rule::Before("start_date", "until_date")],
};

/// What a campaign cost on a day.
pub(super) const CAMPAIGN_COST: Entity = Entity {
    name: "campaign_cost",
    key: "campaign_cost_id",
    key_parts: &["campaign_id", "cost_date"],
    columns: &[
        must("campaign_cost_id", Text, "the source's id"),
        must("campaign_id", Text, "the campaign"),
        must("cost_date", Date, "the day"),
        must("amount_cents", Bigint, "cost in minor units of the currency"),
        CURRENCY,
    ],
    rules: &[Rule::Code("currency"), Rule::AtLeast("amount_cents", 0)],
};

/// A contact of a customer with a campaign.
pub(super) const CAMPAIGN_TOUCH: Entity = Entity {
    name: "campaign_touch",
    key: "campaign_touch_id",
    key_parts: &["campaign_id", "customer", "touched_at"],
    columns: &[
        must("campaign_touch_id", Text, "the source's id"),
        must("campaign_id", Text, "the campaign"),
        must("customer", Text, CUSTOMER),
        may("type", Text, "open, click, visit, …"),
        must("touched_at", Timestamp, "when"),
    ],
    rules: &[],
};

/// A customer's membership of the loyalty programme.
pub(super) const LOYALTY_MEMBER: Entity = Entity {
    name: "loyalty_member",
    key: "loyalty_member_id",
    key_parts: &["customer"],
    columns: &[
        must("loyalty_member_id", Text, "the source's id"),
        must("customer", Text, CUSTOMER),
        may("tier", Text, "level in the programme"),
        may("points", Int, "points held now"),
        must("joined_date", Date, "first day"),
        may("left_date", Date, "first day no longer in it"),
    ],
    rules: &[Rule::AtLeast("points", 0), Rule::NotBefore("joined_date", "left_date")],
};
