//! What a table needs beyond its query. Pure.

use crate::metric::table::Cell;

/// Fills the last two cells with the Wilson 95 % interval of the ratio in the fifth, in millionths.
pub(super) fn wilson(rows: &mut Vec<Vec<Cell>>) {
    for row in rows {
        let Some(Cell::Ratio(won, closed)) = row.get(4).cloned() else { continue };
        let [.., low, high] = row.as_mut_slice() else { continue };
        if let Some((from, until)) = wilson_interval(won, closed) {
            (*low, *high) = (millionths(from), millionths(until));
        }
    }
}

fn millionths(share: f64) -> Cell {
    Cell::Ratio((share * 1e6).round() as i64, 1_000_000)
}

/// The Wilson score interval at 95 % of `hits` in `n`, as shares; none for n = 0.
pub(super) fn wilson_interval(hits: i64, n: i64) -> Option<(f64, f64)> {
    const Z: f64 = 1.959_963_984_540_054;
    if n <= 0 {
        return None;
    }
    let (share, n) = (hits as f64 / n as f64, n as f64);
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    Some((((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0)))
}

/// The named segment of a cell of RFM scores: recency against the mean of frequency and value, rounded up at half.
pub(super) fn rfm_segment(recency: i64, frequency: i64, value: i64) -> &'static str {
    match (recency, (frequency + value + 1) / 2) {
        (5, 4..) | (4, 5..) => "champions",
        (4, 4) | (3, 4..) => "loyal",
        (5, 2..=3) | (4, 2..=3) => "potential_loyalist",
        (5, _) => "new_customers",
        (4, _) => "promising",
        (3, 3) => "need_attention",
        (3, _) => "about_to_sleep",
        (1, 4..) => "cannot_lose",
        (2, 3..) | (1, 3) => "at_risk",
        (2, _) => "hibernating",
        _ => "lost",
    }
}

/// Puts the segment's name into the fourth cell of an RFM cell.
pub(super) fn name_segments(rows: &mut Vec<Vec<Cell>>) {
    for row in rows {
        let score = |i: usize| row.get(i).and_then(Cell::figure).map(|f| f.numerator);
        if let (Some(r), Some(f), Some(m)) = (score(0), score(1), score(2)) {
            row[3] = Cell::Text(rfm_segment(r, f, m).to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_of_twenty_won_in_thirty_is_48_8_to_80_8() {
        let (low, high) = wilson_interval(20, 30).expect("an interval");
        assert!((low - 0.487_8).abs() < 5e-4 && (high - 0.807_7).abs() < 5e-4, "{low} {high}");
        assert_eq!(wilson_interval(0, 0), None);
        let (low, high) = wilson_interval(0, 10).expect("an interval");
        assert!(low == 0.0 && (high - 0.277_5).abs() < 5e-4);
    }

    #[test]
    fn every_cell_of_rfm_has_one_of_eleven_names_and_each_name_a_cell() {
        let mut names = std::collections::BTreeSet::new();
        for r in 1..=5 {
            for f in 1..=5 {
                names.extend((1..=5).map(|m| rfm_segment(r, f, m)));
            }
        }
        assert_eq!(names.len(), 11);
        assert_eq!(
            (rfm_segment(5, 5, 5), rfm_segment(1, 1, 1), rfm_segment(1, 5, 4)),
            ("champions", "lost", "cannot_lose")
        );
    }
}
