//! A contact as `fact_interaction` wants it: what `sql/interaction.sql` says, in flight.

use super::check::{Fields, day_of};
use super::known::Known;
use super::write::Writer;
use crate::load::row::long;
use crate::source::contract::{INTERACTION, place};

const fn at(column: &str) -> usize {
    place(&INTERACTION, column)
}

/// Writes the row in the order of its merge's columns; none when a member it names is not known.
pub(super) fn write_interaction(row: &Fields<'_>, known: &Known, to: &mut Writer) -> Option<()> {
    let started_at = row[const { at("started_at") }]?;
    let instant = long(started_at, 0);
    let customer_id = row[const { at("customer_id") }];
    let customer_key = match customer_id {
        Some(id) => known.customers.key_at(id, instant).or_else(|| known.customers.present_key(id))?,
        None => 0,
    };
    let sales_rep_key = match row[const { at("sales_rep_id") }] {
        Some(id) => known.sales_reps.key_at(id, instant)?,
        None => 0,
    };
    to.begin(known.tenant_key, row[const { at("interaction_id") }]);
    to.number(customer_key);
    to.field(customer_id);
    to.number(sales_rep_key);
    to.field(row[const { at("type") }]);
    to.field(row[const { at("direction") }]);
    to.field(row[const { at("outcome") }].or(Some(b"none")));
    to.field(Some(started_at));
    to.date(day_of(started_at));
    to.field(row[const { at("duration_seconds") }]);
    to.field(row[const { at("is_follow_up_required") }].or(Some(&[0])));
    to.field(row[const { at("follow_up_at") }]);
    to.field(row[const { at("deleted_at") }]);
    Some(())
}
