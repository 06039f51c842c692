//! Orders: placed, confirmed, packed, shipped, called off.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::customers::Known;
use super::{Day, failed, known_currency};
use crate::demo::DemoError;
use crate::demo::business::billing::{Bill, Debtor, Settlement, write_bill};
use crate::demo::business::dice::Dice;
use crate::demo::business::ordering::{Shopper, basket};
use crate::demo::business::record::Decimal;
use crate::demo::business::staff::price_level;
use crate::demo::business::tables::Order;

/// An order under way, in the morning.
#[derive(Debug, sqlx::FromRow)]
struct Open {
    id: Uuid,
    customer_id: Uuid,
    status: String,
    currency: String,
    total_cents: i64,
}

/// An order's step.
struct Step {
    id: Uuid,
    status: &'static str,
    invoice_id: Option<Uuid>,
    at: DateTime<Utc>,
}

/// Takes every order a step further, or leaves it for tomorrow.
pub(super) async fn move_orders(day: &mut Day<'_>) -> Result<(), DemoError> {
    let open: Vec<Open> = sqlx::query_as(include_str!("orders.sql"))
        .fetch_all(&mut *day.connection)
        .await
        .map_err(|source| failed("read the open orders", source))?;
    let mut steps: Vec<Step> = Vec::new();
    for order in &open {
        let mut dice = day.dice("order", order.id);
        let at = day.moment(&mut dice);
        if dice.chance(0.02 * day.pace()) {
            steps.push(Step { id: order.id, status: "cancelled", invoice_id: None, at });
            continue;
        }
        let (status, chance) = match order.status.as_str() {
            "pending" => ("confirmed", 0.8),
            "confirmed" => ("processing", 0.6),
            _ => ("fulfilled", 0.28),
        };
        if dice.chance((chance * day.pace()).min(0.95)) {
            let invoice_id = (status == "fulfilled").then(|| invoice(day, &mut dice, order, at));
            steps.push(Step { id: order.id, status, invoice_id, at });
        }
    }
    let done = sqlx::query(include_str!("orders_update.sql"))
        .bind(steps.iter().map(|step| step.id).collect::<Vec<_>>())
        .bind(steps.iter().map(|step| step.status).collect::<Vec<_>>())
        .bind(steps.iter().map(|step| step.invoice_id).collect::<Vec<_>>())
        .bind(steps.iter().map(|step| step.at).collect::<Vec<_>>())
        .execute(&mut *day.connection)
        .await;
    day.count("move orders", done)?;
    let shipped = steps.iter().filter(|step| step.status == "fulfilled").map(|step| step.id.to_string());
    let lines: Vec<(Uuid, i32)> = sqlx::query_as(include_str!("lines.sql"))
        .bind(shipped.collect::<Vec<_>>())
        .fetch_all(&mut *day.connection)
        .await
        .map_err(|source| failed("read what was shipped", source))?;
    day.shipments.0.extend(lines);
    Ok(())
}

fn invoice(day: &mut Day<'_>, dice: &mut Dice, order: &Open, at: DateTime<Utc>) -> Uuid {
    let debtor = Debtor { customer_id: order.customer_id, currency: known_currency(&order.currency) };
    let due = Bill { order_id: Some(order.id), issued_at: at, subtotal: order.total_cents, term_days: 30 };
    let settlement = Settlement { numbered: day.number(), end: day.end() };
    write_bill(dice, &mut day.tables, (debtor, due), settlement)
}

/// A customer orders.
pub(super) fn place(day: &mut Day<'_>, dice: &mut Dice, customer: &Known, at: DateTime<Utc>) {
    let currency = known_currency(&customer.currency);
    let shopper = Shopper { size: &customer.size, currency, level: price_level(day.spec, at) };
    let basket = basket(dice, &day.goods, shopper);
    let id = dice.id(at);
    let total = basket.iter().map(|line| line.unit_price_cents * i64::from(line.quantity)).sum();
    let row = Order {
        id,
        order_number: format!("SO-{}", day.number()),
        customer_id: customer.id,
        company_id: customer.company_id,
        total_amount: Decimal(total),
        currency,
        status: "pending",
        order_date: at,
        confirmed_at: None,
        fulfilled_at: None,
        cancelled_at: None,
        invoice_id: None,
        created_at: at,
        updated_at: at,
    };
    day.tables.orders.push(&row);
    for line in &basket {
        let row = line.row(dice, (id, at), currency);
        day.tables.order_lines.push(&row);
    }
}
