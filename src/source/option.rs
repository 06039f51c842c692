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
        }
    }
}

/// Days of a century: more history than a star holds.
const RFM_DAYS_MAX: i64 = 36_525;

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
