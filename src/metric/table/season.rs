//! Seasonal indices of a monthly series. Pure.

use chrono::{Datelike, NaiveDate};

use crate::base::{Grain, Period};
use crate::metric::snapshot::DaySeries;
use crate::metric::table::Cell;

/// Months of history below which there is no seasonality.
const MONTHS_MIN: usize = 24;

/// One row a calendar month: month, index (a ratio to 1), months it rests on, and why there is none.
pub(super) fn indices(days: &DaySeries, business_date: NaiveDate, index: &str) -> Vec<Vec<Cell>> {
    let whole = Period::inclusive(days.start_date, business_date);
    // Only whole months speak: neither the one in which the series began nor the unfinished one.
    let months: Vec<Period> = whole
        .buckets(Grain::Month)
        .into_iter()
        .filter(|m| m.from.day() == 1 && m.from >= days.start_date && m.last() <= business_date)
        .collect();
    let values: Vec<f64> = months.iter().map(|m| days.sum(*m) as f64).collect();
    let first = months.first().map_or(0, |m| m.from.month0() as usize);
    let known = match index {
        "share_of_average" => share_of_average(&values, first),
        _ => moving_average(&values, first),
    };
    (0..12)
        .map(|month| {
            let cell = known.map_or(Cell::Nothing, |i| Cell::Ratio((i[month] * 1e9).round() as i64, 1_000_000_000));
            let note = if known.is_some() { Cell::Nothing } else { Cell::Text("insufficient history".to_owned()) };
            vec![Cell::Text(format!("{:02}", month + 1)), cell, Cell::Ratio(values.len() as i64, 1), note]
        })
        .collect()
}

/// Ratio to the centred moving average, the mean a calendar month, normalised to mean 1; none under 24 months.
pub(super) fn moving_average(values: &[f64], first_month: usize) -> Option<[f64; 12]> {
    if values.len() < MONTHS_MIN {
        return None;
    }
    let (mut sums, mut counts) = ([0.0; 12], [0.0; 12]);
    for at in 6..values.len() - 6 {
        let ends = (values[at - 6] + values[at + 6]) / 2.0;
        let trend = (ends + values[at - 5..at + 6].iter().sum::<f64>()) / 12.0;
        if trend > 0.0 {
            sums[(first_month + at) % 12] += values[at] / trend;
            counts[(first_month + at) % 12] += 1.0;
        }
    }
    normalised(std::array::from_fn(|m| sums[m] / counts[m]))
}

/// The sum a calendar month over whole years against the mean of the twelve; none under 24 months.
fn share_of_average(values: &[f64], first_month: usize) -> Option<[f64; 12]> {
    if values.len() < MONTHS_MIN {
        return None;
    }
    // Whole calendar years alone, so that each month is there as often as any other.
    let skipped = (12 - first_month) % 12;
    let years = (values.len() - skipped) / 12;
    let mut sums = [0.0; 12];
    for (at, value) in values[skipped..skipped + years * 12].iter().enumerate() {
        sums[at % 12] += value;
    }
    normalised(sums)
}

fn normalised(values: [f64; 12]) -> Option<[f64; 12]> {
    let mean = values.iter().sum::<f64>() / 12.0;
    (mean.is_finite() && mean > 0.0).then(|| values.map(|v| v / mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_to_the_moving_average_of_a_steady_season_is_that_season() {
        let season: Vec<f64> = (0..36).map(|m| if m % 12 == 0 { 210.0 } else { 90.0 }).collect();
        let indices = moving_average(&season, 0).expect("three years");
        assert!((indices[0] - 2.1).abs() < 1e-9 && (indices[5] - 0.9).abs() < 1e-9, "{indices:?}");
        assert!(moving_average(&season[..23], 0).is_none(), "23 months are too few");
    }

    #[test]
    fn the_share_of_the_average_counts_whole_calendar_years() {
        let values: Vec<f64> = (0..27).map(|m| if m < 3 { 1e6 } else { ((m - 3) % 12 + 1) as f64 }).collect();
        let indices = share_of_average(&values, 9).expect("two whole years from January");
        assert!((indices[0] - 1.0 / 6.5).abs() < 1e-9 && (indices[11] - 12.0 / 6.5).abs() < 1e-9, "{indices:?}");
    }
}
