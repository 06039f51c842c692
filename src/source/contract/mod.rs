//! The contract: which entities Vesper understands, column by column. Data, not code.

mod dimension;
mod document;
mod event;
mod history;
mod reference;

use crate::base::nearest;

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
    /// `numeric` with every digit; travels as text
    Decimal,
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
            ColumnType::Numeric | ColumnType::Decimal => "numeric",
            ColumnType::Bool => "boolean",
            ColumnType::Date => "date",
            ColumnType::Timestamp => "timestamptz",
            ColumnType::Json => "jsonb",
        }
    }

    /// The cast that puts a value on the wire.
    pub(super) fn wire(self) -> &'static str {
        match self {
            ColumnType::Decimal => "numeric::text",
            other => other.sql(),
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
    /// The second number is not above the first.
    NotAbove(&'static str, &'static str),
    /// The exact decimal is above zero.
    Positive(&'static str),
    /// Three capital letters, as ISO 4217 writes a currency.
    Code(&'static str),
    /// The second column's day is not before the first's.
    NotBefore(&'static str, &'static str),
    /// The second column's day is after the first's: the end of a half-open period.
    Before(&'static str, &'static str),
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
    /// The columns that make the key, joined by `/`, where the source has none of its own; none where it must have one.
    pub key_parts: &'static [&'static str],
    /// All columns in staging order.
    pub columns: &'static [Column],
    /// What rows must satisfy.
    pub rules: &'static [Rule],
}

/// A column that the contract does not know, and a column it may be a slip of.
pub(super) type Unknown<'n> = (&'n str, Option<&'static str>);

impl Entity {
    /// Sorts the names that the contract does not know: those that go to the attributes, and those that are wrong. A name
    /// close to a column that is not given is rather a slip; whoever gives `attributes` has gathered what there is.
    pub(super) fn sort_extra<'n>(&self, given: &[&'n str]) -> (Vec<&'n str>, Vec<Unknown<'n>>) {
        let is_given = |column: &&Column| given.contains(&column.name);
        let takes_more = self.columns.iter().any(|c| c.name == ATTRIBUTES.name && !is_given(&c));
        let (mut extra, mut unknown) = (Vec::new(), Vec::new());
        for name in given.iter().filter(|name| !self.columns.iter().any(|c| c.name == **name)) {
            let meant = nearest(name, self.columns.iter().filter(|c| !takes_more || !is_given(c)).map(|c| c.name));
            match meant {
                None if takes_more => extra.push(*name),
                meant => unknown.push((*name, meant)),
            }
        }
        (extra, unknown)
    }
}

/// The entity called `name`.
pub fn find(name: &str) -> Option<&'static Entity> {
    ENTITIES.iter().find(|e| e.name == name)
}

/// Where a column stands among those of its entity. A name that is none does not compile where this is a constant.
pub const fn place(entity: &Entity, column: &str) -> usize {
    let mut at = 0;
    while at < entity.columns.len() {
        if is_same(entity.columns[at].name, column) {
            return at;
        }
        at += 1;
    }
    panic!("the contract has no such column")
}

/// `==` of texts, for constants.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

/// The column by which reference data names a customer: id or e-mail address.
pub const CUSTOMER_HANDLE: &str = "customer";
/// The column by which reference data names a rep: id or e-mail address.
pub const SALES_REP_HANDLE: &str = "sales_rep";
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

const CREATED_AT: Column = may("created_at", ColumnType::Timestamp, "when the row was made");
const UPDATED_AT: Column =
    may("updated_at", ColumnType::Timestamp, "when the row last changed, as far as the source keeps it");
const DELETED_AT: Column = may("deleted_at", ColumnType::Timestamp, "when the row was soft-deleted");
/// Where the columns of a query or file go that the contract does not know; of an entity without it they are errors.
pub(super) const ATTRIBUTES: Column =
    may("attributes", ColumnType::Json, "whatever else is known, as an object; columns beyond these go there");
const CURRENCY: Column = must("currency", ColumnType::Text, "ISO 4217 code of the amounts");

/// The entities of which a load may read the changed rows alone. Of every other one all rows are needed: they are few, and
/// what is said of one depends on the others.
pub const READ_BY_CHANGE: [&str; 7] =
    ["deal", "interaction", "order", "order_line", "invoice", "payment", "stock_movement"];

pub use event::{DEAL, INTERACTION};

/// Every entity, dimensions first: a fact looks up its keys.
pub const ENTITIES: &[Entity] = &[
    dimension::SALES_REP,
    dimension::COMPANY,
    dimension::CUSTOMER,
    dimension::PRODUCT,
    reference::TERRITORY,
    reference::CAMPAIGN,
    reference::FX_RATE,
    event::DEAL,
    event::INTERACTION,
    event::ORDER,
    event::ORDER_LINE,
    event::SUBSCRIPTION,
    document::INVOICE,
    document::PAYMENT,
    document::INVENTORY,
    document::STOCK_MOVEMENT,
    reference::QUOTA,
    reference::CAMPAIGN_COST,
    reference::CAMPAIGN_TOUCH,
    reference::LOYALTY_MEMBER,
    history::DEAL_STAGE_CHANGE,
    history::CUSTOMER_STATUS_CHANGE,
    history::SUBSCRIPTION_CHANGE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_and_key_speaks_of_columns_that_are_there() {
        for entity in ENTITIES {
            let column = |name: &str| entity.columns.iter().find(|c| c.name == name);
            assert!(column(entity.key).is_some_and(|c| !c.is_optional), "{}", entity.name);
            for part in entity.key_parts {
                assert!(column(part).is_some_and(|c| !c.is_optional), "{} {part}", entity.name);
            }
            for rule in entity.rules {
                let names = match *rule {
                    Rule::OneOf(a, _) | Rule::AtLeast(a, _) | Rule::AtMost(a, _) => vec![a],
                    Rule::Positive(a) | Rule::Code(a) => vec![a],
                    Rule::NotAbove(a, b) | Rule::NotBefore(a, b) | Rule::Before(a, b) => vec![a, b],
                    Rule::Requires(a, _, b) => vec![a, b],
                };
                assert!(names.iter().all(|name| column(name).is_some()), "{} {rule:?}", entity.name);
            }
            let names: std::collections::BTreeSet<_> = entity.columns.iter().map(|c| c.name).collect();
            assert_eq!(names.len(), entity.columns.len(), "{}", entity.name);
        }
    }
}
