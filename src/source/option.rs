//! What a deployment may choose about its metrics: `[metric]` in `source.toml`.

use crate::base::strict_toml::Table;

/// The choices, as the star keeps them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricOptions {
    /// What counts as revenue: `deals`, `orders` or `payments`.
    pub revenue: &'static str,
    /// How RFM is scored: `ties` or `ntile`.
    pub rfm_score: &'static str,
    /// Days that RFM looks back; 0 is all of history.
    pub rfm_days: i32,
    /// The seasonal index: `moving_average` or `share_of_average`.
    pub season_index: &'static str,
    /// What the MRR bridge nets into one movement: a customer's `day` or `month`.
    pub mrr_netting: &'static str,
    /// Gross profit of revenue, percent.
    pub gross_margin_percent: i32,
    /// Floors of the deal sizes in cents, ascending from 0.
    pub deal_band_cents: Vec<i64>,
    /// What a deal is sized by: its `value`, or the `list_price` where the source tells one.
    pub deal_size: &'static str,
    /// Mean days from an order to a supplier until the goods are there.
    pub lead_time_days: i32,
    /// Standard deviation of that lead time, in days.
    pub lead_time_deviation_days: i32,
    /// Percent of the cycles between two deliveries that stock is to last: 90, 95, 98 or 99.
    pub service_percent: i32,
}

impl Default for MetricOptions {
    fn default() -> Self {
        Self {
            revenue: "deals",
            rfm_score: "ties",
            rfm_days: 365,
            season_index: "moving_average",
            mrr_netting: "day",
            gross_margin_percent: 100,
            deal_band_cents: vec![0, 100_000, 500_000, 2_500_000, 10_000_000],
            deal_size: "value",
            lead_time_days: 14,
            lead_time_deviation_days: 0,
            service_percent: 95,
        }
    }
}

/// Days of a century: more history than a star holds.
const RFM_DAYS_MAX: i64 = 36_525;
/// Goods that take longer than a year are not kept in stock by a daily demand.
const LEAD_TIME_DAYS_MAX: i64 = 365;
/// Shares of cycles served, those the inventory table knows the normal quantile of.
const SERVICE_PERCENTS: [(&str, i32); 4] = [("90", 90), ("95", 95), ("98", 98), ("99", 99)];

impl MetricOptions {
    /// Reads the table; what is not there stays as it is by default.
    pub(super) fn read(table: &Table<'_, '_>) -> MetricOptions {
        let named = |key, names: &[&'static str]| {
            let choices: Vec<(&str, &'static str)> = names.iter().map(|name| (*name, *name)).collect();
            table.choice(key, &choices, names[0])
        };
        let mut options = MetricOptions {
            revenue: named("revenue", &["deals", "orders", "payments"]),
            rfm_score: named("rfm_score", &["ties", "ntile"]),
            season_index: named("season_index", &["moving_average", "share_of_average"]),
            mrr_netting: named("mrr_netting", &["day", "month"]),
            rfm_days: table.integer_or("rfm_days", 365, 0..=RFM_DAYS_MAX) as i32,
            gross_margin_percent: table.integer_or("gross_margin_percent", 100, 0..=100) as i32,
            deal_size: named("deal_size", &["value", "list_price"]),
            lead_time_days: table.integer_or("lead_time_days", 14, 1..=LEAD_TIME_DAYS_MAX) as i32,
            lead_time_deviation_days: table.integer_or("lead_time_deviation_days", 0, 0..=LEAD_TIME_DAYS_MAX) as i32,
            service_percent: table.choice("service_percent", &SERVICE_PERCENTS, 95),
            ..MetricOptions::default()
        };
        let floors = table.texts("deal_bands");
        let mut cents = vec![0];
        for floor in &floors {
            match floor.value.parse::<i64>() {
                Ok(whole)
                    if (1..=i64::MAX / 100).contains(&whole)
                        && cents.last().is_some_and(|last| *last < whole * 100) =>
                {
                    cents.push(whole * 100);
                }
                _ => {
                    let message = format!(
                        "`deal_bands` holds `{}`, expected ascending whole amounts above 0, such as [\"500\", \"1500\"]",
                        floor.value
                    );
                    table.file().problem(&floor.span, message, None);
                }
            }
        }
        if !floors.is_empty() {
            options.deal_band_cents = cents;
        }
        table.finish();
        options
    }
}
