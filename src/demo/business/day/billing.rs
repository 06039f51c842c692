//! Subscriptions that begin, renew, grow, pause and end; invoices that are paid.

use chrono::{DateTime, Months, TimeDelta, Utc};
use uuid::Uuid;

use super::customers::Known;
use super::{Day, failed, known_currency};
use crate::demo::DemoError;
use crate::demo::business::account::CHURN_REASONS;
use crate::demo::business::billing::{Bill, Debtor, METHODS, PERIODS, Settlement, write_bill};
use crate::demo::business::dice::Dice;
use crate::demo::business::goods::{in_currency, plan};
use crate::demo::business::staff::price_level;
use crate::demo::business::tables::{Payment, Subscription};

/// A running subscription, in the morning.
#[derive(Debug, sqlx::FromRow)]
struct Running {
    id: Uuid,
    customer_id: Uuid,
    status: String,
    billing_period: String,
    currency: String,
    amount_cents: i64,
    is_due: bool,
    is_tried: bool,
}

/// A subscription in the evening.
struct Turn {
    id: Uuid,
    status: &'static str,
    amount_cents: i64,
    months: i32,
    reason: Option<&'static str>,
    at: DateTime<Utc>,
}

/// Renews, upgrades, pauses and ends subscriptions.
pub(super) async fn move_subscriptions(day: &mut Day<'_>) -> Result<(), DemoError> {
    let running: Vec<Running> = sqlx::query_as(include_str!("subscriptions.sql"))
        .bind(day.end())
        .fetch_all(&mut *day.connection)
        .await
        .map_err(|source| failed("read the subscriptions", source))?;
    let mut turns: Vec<Turn> = Vec::new();
    for subscription in &running {
        let mut dice = day.dice("subscription", subscription.id);
        turns.extend(turn(day, &mut dice, subscription));
    }
    let done = sqlx::query(include_str!("subscriptions_update.sql"))
        .bind(turns.iter().map(|turn| turn.id).collect::<Vec<_>>())
        .bind(turns.iter().map(|turn| turn.status).collect::<Vec<_>>())
        .bind(turns.iter().map(|turn| turn.amount_cents).collect::<Vec<_>>())
        .bind(turns.iter().map(|turn| turn.months).collect::<Vec<_>>())
        .bind(turns.iter().map(|turn| turn.reason).collect::<Vec<_>>())
        .bind(turns.iter().map(|turn| turn.at).collect::<Vec<_>>())
        .execute(&mut *day.connection)
        .await;
    day.count("move subscriptions", done)
}

fn turn(day: &mut Day<'_>, dice: &mut Dice, subscription: &Running) -> Option<Turn> {
    let at = day.moment(dice);
    let pace = day.pace();
    let unchanged = Turn {
        id: subscription.id,
        status: "active",
        amount_cents: subscription.amount_cents,
        months: 0,
        reason: None,
        at,
    };
    match subscription.status.as_str() {
        "trial" if subscription.is_tried && !dice.chance(0.82) => Some(Turn { status: "expired", ..unchanged }),
        "trial" if !subscription.is_tried => None,
        "paused" if !dice.chance(0.02 * pace) => None,
        "active" if dice.chance(0.00018 * pace) => {
            let reason = dice.weighted(CHURN_REASONS);
            Some(Turn { status: "cancelled", reason, ..unchanged })
        }
        "active" if dice.chance(0.0001 * pace) => Some(Turn { status: "paused", ..unchanged }),
        "active" if dice.chance(0.0008 * pace) => {
            let factor = if dice.chance(0.8) { dice.between(1.2, 1.8) } else { dice.between(0.5, 0.9) };
            let amount_cents = ((subscription.amount_cents as f64 * factor) as i64 / 100 * 100).max(100);
            Some(Turn { amount_cents, ..unchanged })
        }
        _ if subscription.is_due => {
            let debtor =
                Debtor { customer_id: subscription.customer_id, currency: known_currency(&subscription.currency) };
            let due = Bill { order_id: None, issued_at: at, subtotal: subscription.amount_cents, term_days: 14 };
            let settlement = Settlement { numbered: day.number(), end: day.end() };
            write_bill(dice, &mut day.tables, (debtor, due), settlement);
            let months = PERIODS.iter().find(|((name, _), _)| *name == subscription.billing_period);
            Some(Turn { months: months.map_or(1, |((_, months), _)| months.cast_signed()), ..unchanged })
        }
        "active" => None,
        _ => Some(unchanged),
    }
}

/// A customer subscribes to the plan of their tier, on trial as often as not.
pub(super) fn subscribe(day: &mut Day<'_>, dice: &mut Dice, customer: &Known, (tier, at): (&str, DateTime<Utc>)) {
    let Some((plan_id, monthly_cents)) = plan(tier) else { return };
    let currency = known_currency(&customer.currency);
    let (billing_period, months) = dice.weighted(PERIODS);
    let seats = dice.log_normal(1.6, 0.6).round().clamp(1.0, 25.0);
    let monthly = in_currency(monthly_cents, currency) as f64 * seats * price_level(day.spec, at);
    let is_trial = dice.chance(0.5);
    let trial_end_date = is_trial.then(|| at + TimeDelta::days(14));
    let first = at.checked_add_months(Months::new(months)).expect("dates are of this age");
    let row = Subscription {
        id: dice.id(at),
        subscription_no: format!("SUB-{}", day.number()),
        customer_id: customer.id,
        plan_id,
        status: if is_trial { "trial" } else { "active" },
        billing_period,
        currency,
        amount_cents: (monthly * if months == 12 { 10.0 } else { f64::from(months) }) as i64 / 100 * 100,
        start_date: at,
        end_date: None,
        renewal_date: trial_end_date.unwrap_or(first),
        trial_end_date,
        cancelled_at: None,
        cancel_reason: None,
        cancellation_effective_date: None,
        created_at: at,
        updated_at: at,
    };
    if !is_trial {
        let debtor = Debtor { customer_id: customer.id, currency };
        let due = Bill { order_id: None, issued_at: at, subtotal: row.amount_cents, term_days: 14 };
        let settlement = Settlement { numbered: day.number(), end: day.end() };
        write_bill(dice, &mut day.tables, (debtor, due), settlement);
    }
    day.tables.subscriptions.push(&row);
}

/// An invoice that waits for its money.
#[derive(Debug, sqlx::FromRow)]
struct Unpaid {
    id: Uuid,
    customer_id: Uuid,
    total_amount: i64,
    currency: String,
    status: String,
    is_due: bool,
}

/// Takes in what is paid today, and marks what is late.
pub(super) async fn settle_invoices(day: &mut Day<'_>) -> Result<(), DemoError> {
    let unpaid: Vec<Unpaid> = sqlx::query_as(include_str!("invoices.sql"))
        .bind(day.end())
        .fetch_all(&mut *day.connection)
        .await
        .map_err(|source| failed("read the unpaid invoices", source))?;
    let mut settled: Vec<(Uuid, &'static str, DateTime<Utc>)> = Vec::new();
    for invoice in &unpaid {
        let mut dice = day.dice("invoice", invoice.id);
        let at = day.moment(&mut dice);
        if dice.chance(0.055 * day.pace()) {
            let is_paid = !dice.chance(0.045);
            pay(day, &mut dice, invoice, (is_paid, at));
            if is_paid {
                settled.push((invoice.id, "paid", at));
            }
        } else if invoice.is_due && invoice.status == "sent" {
            settled.push((invoice.id, "overdue", at));
        }
    }
    let done = sqlx::query(include_str!("invoices_update.sql"))
        .bind(settled.iter().map(|(id, ..)| *id).collect::<Vec<_>>())
        .bind(settled.iter().map(|(_, status, _)| *status).collect::<Vec<_>>())
        .bind(settled.iter().map(|(.., at)| *at).collect::<Vec<_>>())
        .execute(&mut *day.connection)
        .await;
    day.count("settle invoices", done)
}

fn pay(day: &mut Day<'_>, dice: &mut Dice, invoice: &Unpaid, (is_paid, at): (bool, DateTime<Utc>)) {
    let row = Payment {
        id: dice.id(at),
        payment_no: format!("PAY-{}", day.number()),
        customer_id: invoice.customer_id,
        invoice_id: invoice.id,
        amount: invoice.total_amount,
        currency: known_currency(&invoice.currency),
        method: dice.weighted(METHODS),
        status: if is_paid { "completed" } else { "failed" },
        processed_at: Some(at),
        refunded_at: None,
        refunded_amount: None,
        created_at: at,
        updated_at: at,
    };
    day.tables.payments.push(&row);
}
