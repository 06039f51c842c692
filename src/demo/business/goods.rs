//! What is sold: products by category, their prices in each currency, and the plans one subscribes to.

use chrono::TimeDelta;
use uuid::Uuid;

use super::BusinessSpec;
use super::calendar::midnight;
use super::dice::Dice;
use super::tables::{Product, Tables};

/// Everything on the price list.
#[derive(Debug, Default)]
pub(super) struct Goods {
    pub(super) products: Vec<(Good, f64)>,
}

/// One product, with how often it is bought.
#[derive(Debug, Clone)]
pub(super) struct Good {
    pub(super) id: Uuid,
    pub(super) sku: String,
    /// Dollars and cents.
    pub(super) price_cents: i64,
    pub(super) is_stocked: bool,
}

impl Goods {
    /// The whole price list; every product has been there from the start.
    pub(super) fn list(spec: &BusinessSpec, tables: &mut Tables) -> Goods {
        let mut goods = Goods::default();
        let created_at = midnight(spec.start_date()) - TimeDelta::days(20) + TimeDelta::hours(9);
        for (number, (category, brand, name, dollars, share)) in PRICE_LIST.iter().enumerate() {
            let good = Goods::good(spec.seed, number);
            let is_gone = *share < 0.2;
            tables.products.push(&Product {
                id: good.id,
                sku: good.sku.clone(),
                name,
                category,
                brand,
                reorder_point: if good.is_stocked { reorder_point(spec, *share) } else { 0 },
                reorder_quantity: if good.is_stocked { reorder_point(spec, *share) * 3 } else { 0 },
                status: if is_gone { "discontinued" } else { "active" },
                is_active: !is_gone,
                created_at,
                updated_at: created_at,
            });
            debug_assert_eq!(good.price_cents, dollars * 100);
            goods.products.push((good, *share));
        }
        goods
    }

    /// The price list again, without writing it.
    pub(super) fn known(spec: &BusinessSpec) -> Goods {
        let products = PRICE_LIST.iter().enumerate();
        Goods { products: products.map(|(number, entry)| (Goods::good(spec.seed, number), entry.4)).collect() }
    }

    fn good(seed: u64, number: usize) -> Good {
        let (category, _, _, dollars, _) = PRICE_LIST[number];
        let mut dice = Dice::of(seed, "product", number as u128);
        // Ids of the price list carry no date of the history, so that a lived day finds them without reading.
        let id = dice.id(midnight(chrono::NaiveDate::from_ymd_opt(2023, 1, 2).expect("a date")));
        let sku = format!("{}-{:03}", category[..3].to_uppercase(), number + 101);
        Good { id, sku, price_cents: dollars * 100, is_stocked: !matches!(category, "Software" | "Services") }
    }
}

/// How many a warehouse keeps before it orders more.
pub(super) fn reorder_point(spec: &BusinessSpec, share: f64) -> i32 {
    (8.0 + f64::from(spec.customers) / 30.0 * share).round() as i32
}

/// A dollar price in another currency: list prices, which follow no daily rate.
pub(super) fn in_currency(cents: i64, currency: &str) -> i64 {
    let factor = match currency {
        "EUR" => 0.92,
        "GBP" => 0.79,
        "CHF" => 0.89,
        _ => 1.0,
    };
    (cents as f64 * factor).round() as i64
}

/// The plan a tier subscribes to and its dollars a month; the free tier has none.
pub(super) fn plan(tier: &str) -> Option<(&'static str, i64)> {
    match tier {
        "basic" => Some(("basic", 9_900)),
        "pro" => Some(("pro", 34_900)),
        "enterprise" => Some(("enterprise", 149_000)),
        _ => None,
    }
}

/// Category, brand, name, dollars, how often.
const PRICE_LIST: [(&str, &str, &str, i64, f64); 34] = [
    ("Sensors", "Borealis", "Temperature sensor T1", 49, 3.0),
    ("Sensors", "Borealis", "Humidity sensor H2", 59, 2.2),
    ("Sensors", "Borealis", "Vibration sensor V3", 129, 1.6),
    ("Sensors", "Lumen", "Light sensor L1", 39, 1.4),
    ("Sensors", "Lumen", "Presence sensor P2", 89, 1.8),
    ("Sensors", "Lumen", "Air quality sensor A4", 149, 1.5),
    ("Sensors", "Borealis", "Temperature sensor T0", 35, 0.1),
    ("Gateways", "Borealis", "Gateway Mini", 249, 1.5),
    ("Gateways", "Borealis", "Gateway Pro", 590, 1.1),
    ("Gateways", "Borealis", "Gateway Industrial", 1_290, 0.6),
    ("Gateways", "Lumen", "Outdoor gateway", 890, 0.5),
    ("Gateways", "Lumen", "Cellular module", 180, 0.9),
    ("Controllers", "Tessera", "Relay controller R4", 220, 1.0),
    ("Controllers", "Tessera", "Relay controller R8", 340, 0.8),
    ("Controllers", "Tessera", "Valve controller", 410, 0.6),
    ("Controllers", "Tessera", "Motor controller", 760, 0.5),
    ("Controllers", "Tessera", "Panel display 7\"", 480, 0.7),
    ("Controllers", "Tessera", "Panel display 10\"", 690, 0.4),
    ("Accessories", "Promenade", "DIN rail kit", 29, 2.0),
    ("Accessories", "Promenade", "Mounting bracket", 12, 2.4),
    ("Accessories", "Promenade", "Power supply 24 V", 65, 2.0),
    ("Accessories", "Promenade", "Antenna kit", 45, 1.0),
    ("Accessories", "Promenade", "Battery pack (10)", 38, 1.8),
    ("Accessories", "Promenade", "Cable set 20 m", 24, 1.7),
    ("Software", "Promenade", "Dashboard seat, one year", 240, 1.6),
    ("Software", "Promenade", "Analytics module", 1_900, 0.6),
    ("Software", "Promenade", "API access", 1_200, 0.5),
    ("Software", "Promenade", "Long-term archive", 650, 0.5),
    ("Software", "Promenade", "Map view", 420, 0.1),
    ("Services", "Promenade", "Installation day", 980, 0.8),
    ("Services", "Promenade", "Commissioning", 1_450, 0.4),
    ("Services", "Promenade", "Training day", 1_100, 0.5),
    ("Services", "Promenade", "Calibration", 180, 0.8),
    ("Services", "Promenade", "Priority support, one year", 1_600, 0.4),
];
