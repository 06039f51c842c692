//! Orders and their lines, from the basket to the ramp.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::account::{Account, World};
use super::billing::{self, Bill};
use super::calendar::{later, season};
use super::dice::Dice;
use super::goods::{Goods, in_currency};
use super::record::Decimal;
use super::staff::price_level;
use super::tables::{Order, OrderLine};

/// Writes every order of a customer's life, with its invoice.
pub(super) fn order(world: &mut World<'_>, dice: &mut Dice, account: &Account<'_>) {
    let Some(converted_at) = account.converted_at else { return };
    let end = world.spec.end_at();
    let until = account.churned_at.unwrap_or(end);
    let mut at = later(dice, converted_at, 3.0);
    let mut number = 0;
    while at < until {
        // In a quiet month some orders do not come about.
        if dice.chance(season(at.date_naive()) / 1.25) {
            number += 1;
            place(world, dice, account, (number, at));
        }
        let pause = -dice.between(f64::EPSILON, 1.0).ln() * order_days(account.tier);
        at = later(dice, at, 2.0 + pause);
    }
}

/// How long between two orders of one customer, on average.
pub(super) fn order_days(tier: &str) -> f64 {
    match tier {
        "free" => 190.0,
        "basic" => 105.0,
        "pro" => 62.0,
        _ => 34.0,
    }
}

fn place(world: &mut World<'_>, dice: &mut Dice, account: &Account<'_>, (number, at): (u32, DateTime<Utc>)) {
    let end = world.spec.end_at();
    let id = dice.id(at);
    let level = price_level(world.spec, at);
    let basket = basket(dice, world.goods, Shopper { size: account.size, currency: account.currency, level });
    let confirmed_at = later(dice, at, 0.6);
    let processing_at = later(dice, confirmed_at, 1.0);
    let days = dice.log_normal(3.5, 0.5);
    let fulfilled_at = later(dice, processing_at, days);
    let cancelled_at = dice.chance(0.06).then(|| later(dice, at, 2.0));
    let stop = cancelled_at.unwrap_or(end).min(end);
    let reached = |at: DateTime<Utc>| (at < stop).then_some(at);
    let (confirmed, processing, fulfilled) = (reached(confirmed_at), reached(processing_at), reached(fulfilled_at));
    // What is on its way can no longer be cancelled.
    let cancelled = cancelled_at.filter(|at| *at < end && fulfilled.is_none());
    let status = match (cancelled, fulfilled, processing, confirmed) {
        (Some(_), ..) => "cancelled",
        (None, Some(_), ..) => "fulfilled",
        (None, None, Some(_), _) => "processing",
        (None, None, None, Some(_)) => "confirmed",
        _ => "pending",
    };
    let updated_at = [confirmed, processing, fulfilled, cancelled].into_iter().flatten().fold(at, DateTime::max);
    let total = basket.iter().map(|line| line.unit_price_cents * i64::from(line.quantity)).sum();
    let invoice_id = fulfilled.map(|fulfilled_at| {
        let due = Bill { order_id: Some(id), issued_at: fulfilled_at, subtotal: total, term_days: 30 };
        billing::bill(world, dice, account, (number, due))
    });
    world.tables.orders.push(&Order {
        id,
        order_number: format!("SO-{:06}-{number:03}", account.number),
        customer_id: account.id,
        company_id: account.company_id,
        total_amount: Decimal(total),
        currency: account.currency,
        status,
        order_date: at,
        confirmed_at: confirmed,
        fulfilled_at: fulfilled,
        cancelled_at: cancelled,
        invoice_id,
        created_at: at,
        updated_at,
    });
    for line in &basket {
        world.tables.order_lines.push(&line.row(dice, (id, at), account.currency));
        if let Some(fulfilled_at) = fulfilled {
            world.demand.ship(line.product, fulfilled_at, line.quantity);
        }
    }
}

/// Who fills a basket.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shopper<'a> {
    pub(super) size: &'a str,
    pub(super) currency: &'static str,
    /// Where prices stand against the list.
    pub(super) level: f64,
}

/// One product of a basket.
#[derive(Debug, Clone)]
pub(super) struct BasketLine {
    /// Its place on the price list.
    pub(super) product: usize,
    product_id: Uuid,
    pub(super) quantity: i32,
    pub(super) unit_price_cents: i64,
}

impl BasketLine {
    /// The line as a row of its order.
    pub(super) fn row(&self, dice: &mut Dice, order: (Uuid, DateTime<Utc>), currency: &'static str) -> OrderLine {
        let (order_id, at) = order;
        OrderLine {
            id: dice.id(at),
            order_id,
            product_id: self.product_id,
            quantity: self.quantity,
            unit_price: Decimal(self.unit_price_cents),
            total_amount: Decimal(self.unit_price_cents * i64::from(self.quantity)),
            currency,
            created_at: at,
            updated_at: at,
        }
    }
}

/// A few different products; larger companies take more of each, at a better price.
pub(super) fn basket(dice: &mut Dice, goods: &Goods, shopper: Shopper<'_>) -> Vec<BasketLine> {
    let (quantity, discount) = match shopper.size {
        "micro" => (1.6, 0.0),
        "small" => (2.6, 0.0),
        "medium" => (4.5, 0.03),
        "large" => (8.0, 0.07),
        _ => (13.0, 0.12),
    };
    let mut places: Vec<(usize, f64)> = goods.products.iter().map(|(_, share)| *share).enumerate().collect();
    let count = 1 + dice.poisson(1.6).min(6);
    (0..count)
        .map(|_| {
            let place = dice.weighted(&places);
            places[place].1 = 0.0;
            let good = &goods.products[place].0;
            // Services and licences are bought one at a time, screws are not.
            let median = if good.price_cents > 90_000 { 1.0 } else { quantity };
            let list = in_currency(good.price_cents, shopper.currency) as f64;
            BasketLine {
                product: place,
                product_id: good.id,
                quantity: dice.log_normal(median, 0.6).round().max(1.0) as i32,
                unit_price_cents: ((list * shopper.level * (1.0 - discount)) as i64).max(100),
            }
        })
        .collect()
}
