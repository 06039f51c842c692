//! A deal as `fact_deal` wants it when it was never seen before: what `sql/deal.sql` says, in flight.

use super::check::{Fields, day_of};
use super::known::Known;
use super::member::Members;
use super::write::Writer;
use crate::load::row::long;
use crate::source::contract::{DEAL, place};
use crate::source::copy::DAY_MICROS;

const fn at(column: &str) -> usize {
    place(&DEAL, column)
}

/// Writes the row in the order of its merge's columns; none when a member it names is not known, or an amount is to be
/// converted.
pub(super) fn write_deal(row: &Fields<'_>, known: &Known, to: &mut Writer) -> Option<()> {
    let currency = row[const { at("currency") }]?;
    let stage = row[const { at("stage") }]?;
    let (is_won, is_lost) = (stage == b"closed_won", stage == b"closed_lost");
    let is_closed = is_won || is_lost;
    let created_at = row[const { at("created_at") }]?;
    let created_day = day_of(created_at)?;
    let actual_close = row[const { at("actual_close_date") }].filter(|_| is_closed);
    let closed_day = actual_close.and_then(day_of);
    if currency != known.currency.as_bytes() || is_closed && closed_day.is_none() {
        return None;
    }
    // The last instant of the close date.
    let closed_at = closed_day.map(|day| (i64::from(day) + 1) * DAY_MICROS - 1);
    let holder = |members: &Members, id: Option<&[u8]>| match (id, closed_at) {
        (None, _) => Some(0),
        (Some(id), Some(at)) => members.key_at(id, at),
        (Some(id), None) => members.present_key(id),
    };
    let customer_key = match row[const { at("customer_id") }] {
        Some(id) => {
            closed_at.and_then(|at| known.customers.key_at(id, at)).or_else(|| known.customers.present_key(id))?
        }
        None => 0,
    };
    let company_key = holder(&known.companies, row[const { at("company_id") }])?;
    let sales_rep_key = holder(&known.sales_reps, row[const { at("sales_rep_id") }])?;
    let created = long(created_at, 0);
    let updated = row[const { at("updated_at") }].map(|at| long(at, 0));
    let stage_changed_at = match (closed_day, updated) {
        (Some(day), _) => (i64::from(day) * DAY_MICROS).max(created),
        (None, _) if stage == b"lead" => created,
        (None, None) => known.noticed_at.max(created),
        (None, Some(updated)) => updated.min(known.extracted_at).max(created),
    };
    let value = row[const { at("value_cents") }];
    let certainty: i32 = if is_won { 100 } else { 0 };
    to.begin(known.tenant_key, row[const { at("deal_id") }]);
    to.number(customer_key);
    to.number(company_key);
    to.number(sales_rep_key);
    to.field(row[const { at("name") }]);
    to.field(Some(stage));
    to.field(value);
    to.field(Some(currency));
    to.field(value);
    to.field(row[const { at("list_price_cents") }]);
    to.field(row[const { at("probability") }].or(Some(&certainty.to_be_bytes())));
    to.field(row[const { at("source") }]);
    to.field(row[const { at("close_reason") }]);
    to.field(Some(created_at));
    to.date(Some(created_day));
    to.field(row[const { at("expected_close_date") }]);
    to.field(actual_close);
    to.date(closed_day.filter(|_| is_won).map(|day| day - created_day));
    to.flag(is_won);
    to.flag(is_lost);
    to.number(stage_changed_at);
    to.field(row[const { at("deleted_at") }]);
    Some(())
}
