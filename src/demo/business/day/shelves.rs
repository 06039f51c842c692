//! Shelves: emptied by what was shipped, filled when they run low.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Day, failed};
use crate::demo::DemoError;
use crate::demo::business::tables::StockMovement;

/// What the day shipped: units a product.
#[derive(Debug, Default)]
pub(super) struct Shipments(pub(super) Vec<(Uuid, i32)>);

/// A product's shelf.
#[derive(Debug, sqlx::FromRow)]
struct Shelf {
    id: Uuid,
    product_id: Uuid,
    quantity_on_hand: i32,
    reorder_point: i32,
    reorder_quantity: i32,
    unit_cost_cents: i64,
}

/// A shelf in the evening.
struct Moved {
    id: Uuid,
    on_hand: i32,
    restocked_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
}

/// Moves the day's stock.
pub(super) async fn ship(day: &mut Day<'_>) -> Result<(), DemoError> {
    let shelves: Vec<Shelf> = sqlx::query_as(include_str!("shelves.sql"))
        .fetch_all(&mut *day.connection)
        .await
        .map_err(|source| failed("read the shelves", source))?;
    let mut moved: Vec<Moved> = Vec::new();
    for mut shelf in shelves {
        let shipped = day.shipments.0.iter().find(|(product, _)| *product == shelf.product_id);
        let Some((_, quantity)) = shipped.copied() else { continue };
        let mut dice = day.dice("shelf", shelf.id);
        let at = day.moment(&mut dice);
        let mut restocked_at = None;
        if shelf.quantity_on_hand - quantity < shelf.reorder_point {
            let lots = (shelf.reorder_point + quantity) / shelf.reorder_quantity.max(1) + 1;
            restocked_at = Some(at);
            let row = shelf.moves("receipt", lots * shelf.reorder_quantity, (dice.id(at), at));
            day.tables.stock_movements.push(&row);
        }
        let leaves_at = at + TimeDelta::minutes(40);
        let row = shelf.moves("commit", -quantity, (dice.id(leaves_at), leaves_at));
        day.tables.stock_movements.push(&row);
        moved.push(Moved { id: shelf.id, on_hand: shelf.quantity_on_hand, restocked_at, at: leaves_at });
    }
    let done = sqlx::query(include_str!("shelves_update.sql"))
        .bind(moved.iter().map(|shelf| shelf.id).collect::<Vec<_>>())
        .bind(moved.iter().map(|shelf| shelf.on_hand).collect::<Vec<_>>())
        .bind(moved.iter().map(|shelf| shelf.restocked_at).collect::<Vec<_>>())
        .bind(moved.iter().map(|shelf| shelf.at).collect::<Vec<_>>())
        .execute(&mut *day.connection)
        .await;
    day.count("move stock", done)
}

impl Shelf {
    fn moves(&mut self, kind: &'static str, quantity: i32, (id, at): (Uuid, DateTime<Utc>)) -> StockMovement {
        let before = self.quantity_on_hand;
        self.quantity_on_hand += quantity;
        StockMovement {
            id,
            inventory_id: self.id,
            r#type: kind,
            quantity,
            quantity_before_move: before,
            quantity_after_move: self.quantity_on_hand,
            unit_cost_cents: self.unit_cost_cents,
            movement_date: at,
            created_at: at,
        }
    }
}
