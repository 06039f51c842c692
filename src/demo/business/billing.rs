//! Subscriptions, invoices, and the payments that follow them.

use chrono::{DateTime, Months, TimeDelta, Utc};
use uuid::Uuid;

use super::account::{Account, World};
use super::calendar::later;
use super::dice::Dice;
use super::goods::{in_currency, plan};
use super::staff::price_level;
use super::tables::{Invoice, Payment, Subscription, Tables};

/// Writes a customer's subscription, if their tier has a plan, with an invoice for every period.
pub(super) fn subscribe(world: &mut World<'_>, dice: &mut Dice, account: &Account<'_>) {
    let (Some((plan_id, dollars_cents)), Some(converted_at)) = (plan(account.tier), account.converted_at) else {
        return;
    };
    if !dice.chance(0.86) {
        return;
    }
    let end = world.spec.end_at();
    let start_date = later(dice, converted_at, 2.0);
    if start_date >= end {
        return;
    }
    let trial_end_date = dice.chance(0.42).then(|| start_date + TimeDelta::days(dice.pick(&[14, 14, 30])));
    let is_kept = trial_end_date.is_none() || dice.chance(0.82);
    let (billing_period, months) = dice.weighted(PERIODS);
    let seats = dice.log_normal(1.6, 0.6).round().clamp(1.0, 25.0);
    let monthly = in_currency(dollars_cents, account.currency) as f64 * seats * price_level(world.spec, start_date);
    // Paying for a year at once is worth two months.
    let amount_cents = (monthly * if months == 12 { 10.0 } else { f64::from(months) }) as i64 / 100 * 100;
    // A row keeps its current price only: an upgrade leaves no other trace than the invoices before it.
    let upgraded_at = dice.chance(0.22).then(|| later(dice, start_date, 260.0)).filter(|at| *at < end);
    let before = if upgraded_at.is_some() { amount_cents * 5 / 8 / 100 * 100 } else { amount_cents };
    let cancelled_at = match account.churned_at {
        Some(churned_at) if churned_at > start_date => Some(churned_at),
        _ => dice.chance(0.05).then(|| later(dice, start_date, 300.0)).filter(|at| *at < end),
    };
    let is_paused = cancelled_at.is_none() && dice.chance(0.035);
    let (status, ended_at) = match trial_end_date {
        Some(trial_end) if end <= trial_end => ("trial", None),
        Some(trial_end) if !is_kept => ("expired", Some(trial_end)),
        _ if cancelled_at.is_some() => ("cancelled", cancelled_at),
        _ if is_paused => ("paused", None),
        _ => ("active", None),
    };
    let cancelled_at = cancelled_at.filter(|_| status == "cancelled");
    let mut term = Term { from: trial_end_date.unwrap_or(start_date), months, number: 0 };
    let until = ended_at.unwrap_or(end).min(end);
    while term.at() < until && status != "expired" {
        let amount = if upgraded_at.is_some_and(|at| term.at() < at) { before } else { amount_cents };
        let due = Bill { order_id: None, issued_at: term.at(), subtotal: amount, term_days: 14 };
        term.number += 1;
        bill(world, dice, account, (10_000 + term.number, due));
    }
    let updated_at =
        [upgraded_at.filter(|_| status == "active"), ended_at].into_iter().flatten().fold(start_date, DateTime::max);
    world.tables.subscriptions.push(&Subscription {
        id: dice.id(start_date),
        subscription_no: format!("SUB-{:06}", account.number),
        customer_id: account.id,
        plan_id,
        status,
        billing_period,
        currency: account.currency,
        amount_cents,
        start_date,
        end_date: ended_at,
        renewal_date: term.at(),
        trial_end_date,
        cancelled_at,
        cancel_reason: cancelled_at.and_then(|_| dice.weighted(super::account::CHURN_REASONS)),
        cancellation_effective_date: cancelled_at,
        created_at: start_date,
        updated_at,
    });
}

/// How a subscription is paid, and every how many months.
pub(super) const PERIODS: &[((&str, u32), f64)] =
    &[(("monthly", 1), 58.0), (("quarterly", 3), 14.0), (("yearly", 12), 28.0)];

/// The periods of a subscription, counted from the first.
struct Term {
    from: DateTime<Utc>,
    months: u32,
    number: u32,
}

impl Term {
    fn at(&self) -> DateTime<Utc> {
        self.from.checked_add_months(Months::new(self.number * self.months)).expect("dates are of this age")
    }
}

/// Something to be paid.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bill {
    pub(super) order_id: Option<Uuid>,
    pub(super) issued_at: DateTime<Utc>,
    /// In the customer's currency, before tax.
    pub(super) subtotal: i64,
    pub(super) term_days: i64,
}

/// Writes an invoice as it stands at the end of the history, and the payments it saw; gives its id.
pub(super) fn bill(world: &mut World<'_>, dice: &mut Dice, account: &Account<'_>, (number, due): (u32, Bill)) -> Uuid {
    let debtor = Debtor { customer_id: account.id, currency: account.currency };
    let numbered = format!("{:06}-{number:05}", account.number);
    write_bill(dice, world.tables, (debtor, due), Settlement { numbered, end: world.spec.end_at() })
}

/// Who pays, in what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Debtor {
    pub(super) customer_id: Uuid,
    pub(super) currency: &'static str,
}

/// The document's number, and until when its fate is known.
#[derive(Debug, Clone)]
pub(super) struct Settlement {
    pub(super) numbered: String,
    pub(super) end: DateTime<Utc>,
}

/// Writes the rows of one bill.
pub(super) fn write_bill(
    dice: &mut Dice,
    tables: &mut Tables,
    (debtor, due): (Debtor, Bill),
    settlement: Settlement,
) -> Uuid {
    let Settlement { numbered, end } = settlement;
    let tax = due.subtotal * tax_percent(debtor.currency) / 100;
    let total = due.subtotal + tax;
    let due_date = due.issued_at + TimeDelta::days(due.term_days);
    let days = dice.log_normal(due.term_days as f64 * 0.7, 0.55);
    let first_try = later(dice, due.issued_at, days);
    let has_failed = dice.chance(0.045);
    let paid_at = if has_failed { later(dice, first_try, 3.0) } else { first_try };
    let paid_at = (!dice.chance(0.01)).then_some(paid_at).filter(|at| *at < end);
    let refunded_at = paid_at.filter(|_| dice.chance(0.018)).map(|at| later(dice, at, 12.0)).filter(|at| *at < end);
    let id = dice.id(due.issued_at);
    let mut attempt = |dice: &mut Dice, try_number: u32, status: &'static str, at: DateTime<Utc>| {
        let refunded_at = refunded_at.filter(|_| status == "refunded");
        tables.payments.push(&Payment {
            id: dice.id(at),
            payment_no: format!("PAY-{numbered}-{try_number}"),
            customer_id: debtor.customer_id,
            invoice_id: id,
            amount: total,
            currency: debtor.currency,
            method: dice.weighted(METHODS),
            status,
            processed_at: Some(at),
            refunded_at,
            refunded_amount: refunded_at.map(|_| total),
            created_at: at,
            updated_at: refunded_at.unwrap_or(at),
        });
    };
    if has_failed && first_try < end {
        attempt(dice, 1, "failed", first_try);
    }
    if let Some(paid_at) = paid_at {
        attempt(dice, 2, if refunded_at.is_some() { "refunded" } else { "completed" }, paid_at);
    }
    tables.invoices.push(&Invoice {
        id,
        invoice_no: format!("INV-{numbered}"),
        customer_id: debtor.customer_id,
        order_id: due.order_id,
        subtotal_amount: due.subtotal,
        tax_amount: tax,
        total_amount: total,
        currency: debtor.currency,
        issue_date: due.issued_at,
        due_date,
        paid_date: paid_at,
        status: match paid_at {
            Some(_) => "paid",
            None if due_date < end => "overdue",
            None => "sent",
        },
        created_at: due.issued_at,
        updated_at: paid_at.unwrap_or(due.issued_at),
    });
    id
}

/// The rate a currency's countries take, roughly.
pub(super) fn tax_percent(currency: &str) -> i64 {
    match currency {
        "EUR" | "GBP" => 20,
        "CHF" => 8,
        _ => 0,
    }
}

pub(super) const METHODS: &[(&str, f64)] =
    &[("card", 44.0), ("bank_transfer", 36.0), ("direct_debit", 14.0), ("paypal", 6.0)];
