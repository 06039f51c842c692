//! Stock: what was shipped each week leaves the shelf, and the shelf is filled again.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::BusinessSpec;
use super::calendar::{midnight, moment};
use super::dice::Dice;
use super::goods::{Goods, reorder_point};
use super::tables::{Inventory, StockMovement, Tables};

/// What was shipped: units a product, warehouse and week. Its size does not depend on the number of customers.
#[derive(Debug, Default)]
pub(super) struct Demand {
    units: BTreeMap<(usize, usize, NaiveDate), i32>,
}

/// Where stock is kept.
pub(super) const WAREHOUSES: [&str; 2] = ["WH-ROTTERDAM", "WH-NEWARK"];

impl Demand {
    /// Units of a product (by its place on the price list) left on that day.
    pub(super) fn ship(&mut self, product: usize, at: DateTime<Utc>, quantity: i32) {
        let date = at.date_naive();
        let monday = date - Days::new(u64::from(date.weekday().num_days_from_monday()));
        let warehouse = (monday.iso_week().week() as usize + product) % WAREHOUSES.len();
        *self.units.entry((product, warehouse, monday)).or_default() += quantity;
    }

    /// Writes the stock and its movements, week by week: what left, and what came when the shelf ran low.
    pub(super) fn settle(self, spec: &BusinessSpec, goods: &Goods, tables: &mut Tables) {
        for (product, (good, share)) in goods.products.iter().enumerate() {
            for (warehouse, name) in WAREHOUSES.iter().enumerate().filter(|_| good.is_stocked) {
                let point = reorder_point(spec, *share);
                let mut shelf = Shelf::open(spec, (product, warehouse), (point, good.price_cents * 55 / 100));
                let weeks =
                    self.units.range((product, warehouse, NaiveDate::MIN)..=(product, warehouse, NaiveDate::MAX));
                for ((_, _, monday), quantity) in weeks {
                    shelf.live_week(*monday, *quantity, tables);
                }
                let (on_hand, last_restocked, last_moved) = (shelf.on_hand, shelf.restocked_at, shelf.moved_at);
                let reserved = on_hand.min(point / 4);
                tables.inventory.push(&Inventory {
                    id: shelf.id,
                    product_id: good.id,
                    sku: good.sku.clone(),
                    warehouse_id: name,
                    quantity_on_hand: on_hand,
                    quantity_reserved: reserved,
                    quantity_committed: 0,
                    quantity_available: on_hand - reserved,
                    reorder_point: point,
                    reorder_quantity: point * 3,
                    last_restocked: Some(last_restocked),
                    unit_cost_cents: shelf.unit_cost_cents,
                    currency_code: "USD",
                    status: if on_hand > point { "in_stock" } else { "low_stock" },
                    updated_at: last_moved,
                });
            }
        }
    }
}

/// One product in one warehouse, through time.
struct Shelf {
    dice: Dice,
    id: Uuid,
    on_hand: i32,
    reorder_quantity: i32,
    reorder_point: i32,
    unit_cost_cents: i64,
    restocked_at: DateTime<Utc>,
    moved_at: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl Shelf {
    fn open(spec: &BusinessSpec, place: (usize, usize), (reorder_point, unit_cost_cents): (i32, i64)) -> Shelf {
        let number = (place.0 * WAREHOUSES.len() + place.1) as u128;
        let mut dice = Dice::of(spec.seed, "shelf", number);
        let opened_at = midnight(spec.start_date()) - TimeDelta::days(3) + TimeDelta::hours(8);
        let id = dice.id(opened_at);
        let on_hand = 0;
        let end = spec.end_at();
        Shelf {
            dice,
            id,
            on_hand,
            reorder_quantity: reorder_point * 3,
            reorder_point,
            unit_cost_cents,
            restocked_at: opened_at,
            moved_at: opened_at,
            end,
        }
    }

    /// Receives what the week will need, then ships it; counts sometimes find a difference, trucks break something.
    fn live_week(&mut self, monday: NaiveDate, shipped: i32, tables: &mut Tables) {
        let arrives_at = moment(&mut self.dice, monday);
        let leaves_at = (arrives_at + TimeDelta::days(self.dice.below(4) as i64)).max(arrives_at + TimeDelta::hours(2));
        let wanted = shipped + self.reorder_point;
        if self.on_hand < wanted {
            let lots = (wanted - self.on_hand) / self.reorder_quantity.max(1) + 1;
            self.restocked_at = arrives_at.min(self.end - TimeDelta::minutes(30));
            self.move_stock("receipt", lots * self.reorder_quantity, self.restocked_at, tables);
        }
        self.move_stock("commit", -shipped, leaves_at, tables);
        if self.dice.chance(0.03) {
            let (kind, quantity) =
                self.dice.pick(&[("damage", -1), ("adjustment", -1), ("adjustment", 1), ("return", 1)]);
            self.move_stock(kind, quantity, leaves_at + TimeDelta::minutes(50), tables);
        }
    }

    fn move_stock(&mut self, kind: &'static str, quantity: i32, at: DateTime<Utc>, tables: &mut Tables) {
        // The history's last week may not be over: nothing moves after its end, and movements stay in order.
        let at = at.min(self.end - TimeDelta::minutes(20)).max(self.moved_at + TimeDelta::seconds(1));
        let before = self.on_hand;
        self.on_hand += quantity;
        self.moved_at = at;
        tables.stock_movements.push(&StockMovement {
            id: self.dice.id(at),
            inventory_id: self.id,
            r#type: kind,
            quantity,
            quantity_before_move: before,
            quantity_after_move: self.on_hand,
            unit_cost_cents: self.unit_cost_cents,
            movement_date: at,
            created_at: at,
        });
    }
}
