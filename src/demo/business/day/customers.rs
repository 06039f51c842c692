//! Customers: found, won, talked to, handed over, lost.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Day, failed, known_currency, orders};
use crate::demo::DemoError;
use crate::demo::business::account::{
    CHURN_REASONS, Identity, SOURCES, churn_per_year, deal_source, found, tags, tiers,
};
use crate::demo::business::calendar::{arrivals, demand, plus, season};
use crate::demo::business::contact::{Contact, interaction};
use crate::demo::business::dice::Dice;
use crate::demo::business::ordering::order_days;
use crate::demo::business::selling::{cycle_days, deal_name, round_value, typical_dollars};
use crate::demo::business::staff::price_level;
use crate::demo::business::tables::{Customer, Deal, Interaction};

/// A customer in the morning.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Known {
    pub(super) id: Uuid,
    pub(super) company_id: Option<Uuid>,
    company_name: String,
    pub(super) size: String,
    pub(super) currency: String,
    status: String,
    tier: String,
    source: String,
    assigned_to: Option<Uuid>,
    age_days: i32,
    customer_days: i32,
    has_open_deal: bool,
    has_subscription: bool,
}

/// What a day changed about customers: a column a vector, a customer an index.
#[derive(Debug, Default)]
struct Changes {
    ids: Vec<Uuid>,
    statuses: Vec<Option<&'static str>>,
    tiers: Vec<Option<&'static str>>,
    owners: Vec<Option<Uuid>>,
    contacts: Vec<Option<DateTime<Utc>>>,
    reasons: Vec<Option<&'static str>>,
    at: Vec<DateTime<Utc>>,
}

/// One customer's change.
#[derive(Debug, Default)]
struct Change {
    status: Option<&'static str>,
    tier: Option<&'static str>,
    owner: Option<Uuid>,
    contacted_at: Option<DateTime<Utc>>,
    reason: Option<&'static str>,
}

/// Lets every customer do what they do on such a day.
pub(super) async fn move_customers(day: &mut Day<'_>) -> Result<(), DemoError> {
    let known: Vec<Known> = sqlx::query_as(include_str!("customers.sql"))
        .bind(day.date)
        .fetch_all(&mut *day.connection)
        .await
        .map_err(|source| failed("read the customers", source))?;
    let mut changes = Changes::default();
    for customer in &known {
        let mut dice = day.dice("customer", customer.id);
        let at = day.moment(&mut dice);
        let change = live(day, &mut dice, customer, at);
        if let Some(change) = change {
            changes.push(customer.id, change, at);
        }
    }
    let done = sqlx::query(include_str!("customers_update.sql"))
        .bind(&changes.ids)
        .bind(&changes.statuses)
        .bind(&changes.tiers)
        .bind(&changes.owners)
        .bind(&changes.contacts)
        .bind(&changes.reasons)
        .bind(&changes.at)
        .execute(&mut *day.connection)
        .await;
    day.count("change customers", done)?;
    let left: Vec<usize> = (0..changes.ids.len()).filter(|index| changes.statuses[*index] == Some("churned")).collect();
    let done = sqlx::query(include_str!("subscriptions_end.sql"))
        .bind(left.iter().map(|index| changes.ids[*index]).collect::<Vec<_>>())
        .bind(left.iter().map(|index| changes.reasons[*index]).collect::<Vec<_>>())
        .bind(left.iter().map(|index| changes.at[*index]).collect::<Vec<_>>())
        .execute(&mut *day.connection)
        .await;
    day.count("end subscriptions", done)
}

impl Changes {
    fn push(&mut self, id: Uuid, change: Change, at: DateTime<Utc>) {
        self.ids.push(id);
        self.statuses.push(change.status);
        self.tiers.push(change.tier);
        self.owners.push(change.owner);
        self.contacts.push(change.contacted_at);
        self.reasons.push(change.reason);
        self.at.push(at);
    }
}

fn live(day: &mut Day<'_>, dice: &mut Dice, customer: &Known, at: DateTime<Utc>) -> Option<Change> {
    let pace = day.pace();
    let is_young = customer.age_days < 90;
    let mut change = Change { owner: new_owner(day, dice, customer, at), ..Change::default() };
    match customer.status.as_str() {
        "lead" if dice.chance(if is_young { 0.035 } else { 0.001 } * pace) => change.status = Some("prospect"),
        "prospect" if !customer.has_open_deal => {
            if dice.chance(if is_young { 0.03 } else { 0.002 } * pace) {
                open_deal(day, dice, customer, at);
            } else if dice.chance(if is_young { 0.012 } else { 0.0005 } * pace) {
                // They buy by themselves.
                change.status = Some("customer");
                change.tier = Some(dice.weighted(tiers(&customer.size)));
            }
        }
        // Whoever was won today has done enough for today.
        "customer" if customer.customer_days > 0 => live_customer(day, dice, (customer, at), &mut change),
        _ => {}
    }
    let every_days = match (customer.status.as_str(), is_young) {
        ("customer", _) => 75.0,
        ("prospect", true) => 14.0,
        ("lead", true) => 11.0,
        _ => 260.0,
    };
    if dice.chance(pace / every_days) {
        let spoken_at = talk(day, dice, customer, at);
        change.contacted_at = spoken_at;
    }
    let is_changed = change.status.is_some()
        || change.tier.is_some()
        || change.owner.is_some()
        || change.contacted_at.is_some()
        || change.reason.is_some();
    is_changed.then_some(change)
}

fn live_customer(day: &mut Day<'_>, dice: &mut Dice, (customer, at): (&Known, DateTime<Utc>), change: &mut Change) {
    let pace = day.pace();
    if dice.chance(churn_per_year(&customer.tier) / 365.25 * pace) {
        change.status = Some("churned");
        change.reason = dice.weighted(CHURN_REASONS);
        return;
    }
    if dice.chance(0.0012 * pace) {
        change.tier = Some(match customer.tier.as_str() {
            "free" => "basic",
            "basic" if dice.chance(0.8) => "pro",
            "basic" => "free",
            "pro" if dice.chance(0.6) => "enterprise",
            "pro" => "basic",
            _ => "pro",
        });
    }
    if !customer.has_subscription && dice.chance(0.01 * pace) {
        super::billing::subscribe(day, dice, customer, (&customer.tier, at));
    }
    if !customer.has_open_deal && dice.chance(pace / 420.0) {
        open_deal(day, dice, customer, at);
    }
    if dice.chance(pace * season(day.date) / order_days(&customer.tier)) {
        orders::place(day, dice, customer, at);
    }
}

/// A colleague, when the owner has left or the territories were cut anew.
fn new_owner(day: &Day<'_>, dice: &mut Dice, customer: &Known, at: DateTime<Utc>) -> Option<Uuid> {
    let is_orphan = customer
        .assigned_to
        .is_none_or(|owner| day.staff.reps.iter().any(|rep| rep.id == owner && rep.left_at.is_some()));
    if !dice.chance(if is_orphan { 0.1 } else { 0.0015 } * day.pace()) {
        return None;
    }
    day.staff.assign(dice, at).map(|rep| rep.id).filter(|id| Some(*id) != customer.assigned_to)
}

/// Most contacts are entered when they end; some only days later.
fn talk(day: &mut Day<'_>, dice: &mut Dice, customer: &Known, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let by = customer.assigned_to.or_else(|| day.staff.assign(dice, at).map(|rep| rep.id))?;
    let contact = Contact { customer_id: customer.id, company_id: customer.company_id, by, at };
    let row = interaction(dice, contact, customer.status == "customer");
    let days_late = if customer.age_days > 20 && dice.chance(0.08) { 1 + dice.below(14) as i64 } else { 0 };
    let early = TimeDelta::days(days_late);
    let row = Interaction { started_at: row.started_at - early, ended_at: row.ended_at.map(|at| at - early), ..row };
    let spoken_at = (row.r#type != "note").then_some(row.started_at);
    day.tables.interactions.push(&row);
    spoken_at
}

fn open_deal(day: &mut Day<'_>, dice: &mut Dice, customer: &Known, at: DateTime<Utc>) {
    let is_first = customer.status != "customer";
    let owner = customer.assigned_to.or_else(|| day.staff.assign(dice, at).map(|rep| rep.id));
    let dollars = typical_dollars(&customer.size) * price_level(day.spec, at) * if is_first { 1.0 } else { 0.7 };
    let currency = known_currency(&customer.currency);
    let days = cycle_days(&customer.size) * dice.between(0.7, 1.4);
    let row = Deal {
        id: dice.id(at),
        customer_id: customer.id,
        company_id: customer.company_id,
        name: deal_name(dice, &customer.company_name, is_first),
        value_cents: round_value(dice.log_normal(dollars, 0.42), currency),
        currency,
        stage: "lead",
        probability: 10,
        source: deal_source(&customer.source),
        expected_close_date: plus(day.date, days as u64),
        actual_close_date: None,
        assigned_to: owner,
        close_reason: None,
        created_at: at,
        updated_at: at,
        deleted_at: None,
    };
    day.tables.deals.push(&row);
}

/// The day's new leads.
pub(super) fn welcome(day: &mut Day<'_>) {
    let (start, end) = (day.spec.start_date(), day.spec.end_date());
    let total: f64 = start.iter_days().take_while(|date| *date < end).map(|date| arrivals(date, start)).sum();
    let mean = f64::from(day.spec.customers) / total * demand(day.date, start);
    let count = day.dice("arrivals", Uuid::nil()).poisson(mean);
    for number in 0..count {
        let mut dice = day.dice("arrival", Uuid::from_u128(u128::from(number)));
        let at = day.moment(&mut dice);
        let employer = found(&mut dice, &mut day.tables, at, None);
        let identity = Identity::at(&mut dice, &employer, day.number());
        let source = dice.weighted(SOURCES);
        let owner = day.staff.assign(&mut dice, at).map(|rep| rep.id);
        let row = Customer {
            id: dice.id(at),
            user_id: None,
            company_id: Some(employer.id),
            name: identity.name,
            email: identity.email,
            phone: identity.phone,
            status: "lead",
            tier: "free",
            source,
            assigned_to: owner.filter(|_| !dice.chance(0.15)),
            tags: tags(&mut dice, employer.size, "lead"),
            created_at: at,
            updated_at: at,
            last_contacted_at: None,
            converted_at: None,
            churned_at: None,
            churn_reason: None,
            deleted_at: None,
        };
        day.tables.customers.push(&row);
    }
}
