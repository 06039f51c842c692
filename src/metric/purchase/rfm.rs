//! Recency, frequency and monetary value (Hughes 1994): five scores each.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::base::Period;
use crate::base::period::minus_days;
use crate::metric::purchase::{Bought, Total, cents};
use crate::metric::sums::day_of;
use crate::metric::table::Cell;

/// Below so many customers a fifth is nobody.
const CUSTOMERS_MIN: usize = 5;

/// What the customers of one cell have together.
#[derive(Default)]
struct Group {
    customers: i64,
    purchases: i64,
    amount: i64,
    recency: i64,
}

/// One row per cell of recency, frequency and value scores, the best first: the scores, an empty segment, customers, their
/// share, purchases, revenue, days since the last.
///
/// A score is 1 + ⌊5 × number strictly worse / n⌋, so that equal ones share it; or five groups of equal size. Fewer than five
/// customers have none.
pub(in crate::metric) fn rfm(bought: &Bought, all: Period) -> Vec<Vec<Cell>> {
    let from = if bought.options.rfm_days == 0 {
        chrono::NaiveDate::MIN
    } else {
        minus_days(all.until, bought.options.rfm_days as u64)
    };
    let mut totals = bought.purchases.totals(Period { from, until: all.until });
    totals.retain(|t| bought.gone.binary_search_by(|id| id.as_str().cmp(bought.purchases.id(t.customer))).is_err());
    let n = totals.len() as i64;
    let has_scores = totals.len() >= CUSTOMERS_MIN;
    let score = |key: &dyn Fn(&Total) -> i64| {
        if bought.options.is_rfm_ntile { fifths(bought, &totals, key) } else { shared(&totals, key) }
    };
    let scores = [score(&|t| i64::from(t.last_day)), score(&|t| t.purchases), score(&|t| t.amount)];
    let mut groups: BTreeMap<[Reverse<i64>; 3], Group> = BTreeMap::new();
    for (at, total) in totals.iter().enumerate() {
        let cell = std::array::from_fn(|i| Reverse(if has_scores { scores[i][at] } else { 0 }));
        let group = groups.entry(cell).or_default();
        group.customers += 1;
        group.purchases += total.purchases;
        group.amount += total.amount;
        group.recency += i64::from(day_of(all.last()) - total.last_day);
    }
    let row = |(scores, group): (&[Reverse<i64>; 3], &Group)| {
        let mut row: Vec<Cell> =
            scores.iter().map(|s| if has_scores { Cell::Ratio(s.0, 1) } else { Cell::Nothing }).collect();
        row.extend([
            Cell::Nothing,
            Cell::Ratio(group.customers, 1),
            Cell::Ratio(group.customers, n),
            Cell::Ratio(group.purchases, 1),
            Cell::Ratio(cents(group.amount), 1),
            Cell::Ratio(group.recency, group.customers),
        ]);
        row
    };
    groups.iter().map(row).collect()
}

/// Scores by the number of customers who are strictly worse.
fn shared(totals: &[Total], key: &dyn Fn(&Total) -> i64) -> Vec<i64> {
    let mut sorted: Vec<i64> = totals.iter().map(key).collect();
    sorted.sort_unstable();
    let score = |t: &Total| 1 + (5 * sorted.partition_point(|k| *k < key(t))) as i64 / totals.len() as i64;
    totals.iter().map(score).collect()
}

/// Scores by five groups whose sizes differ by one at most, the larger ones first; equal ones in the order of their ids.
fn fifths(bought: &Bought, totals: &[Total], key: &dyn Fn(&Total) -> i64) -> Vec<i64> {
    let mut order: Vec<usize> = (0..totals.len()).collect();
    order.sort_by_cached_key(|at| (key(&totals[*at]), bought.purchases.id(totals[*at].customer).to_owned()));
    let (size, larger) = (totals.len() / 5, totals.len() % 5);
    let groups = (0..5).flat_map(|group| std::iter::repeat_n(group as i64 + 1, size + usize::from(group < larger)));
    let mut scores = vec![0; totals.len()];
    for (at, score) in order.into_iter().zip(groups) {
        scores[at] = score;
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::purchase::{Options, purchases};

    fn all() -> Period {
        Period { from: "2025-01-01".parse().expect("a date"), until: "2026-06-01".parse().expect("a date") }
    }

    fn options(is_rfm_ntile: bool) -> Options {
        Options { rfm_days: 365, is_rfm_ntile, ..Options::default() }
    }

    fn scores(bought: &Bought) -> Vec<(i64, i64, i64, i64)> {
        let number = |cell: &Cell| cell.figure().map_or(0, |f| f.numerator);
        rfm(bought, all()).iter().map(|r| (number(&r[0]), number(&r[1]), number(&r[2]), number(&r[4]))).collect()
    }

    #[test]
    fn equal_ones_share_a_score_or_are_parted_by_their_ids() {
        let days = ["2026-05-01", "2026-05-02", "2026-05-03", "2026-05-04", "2026-05-05", "2026-05-06"];
        let ids = ["a", "b", "c", "d", "e", "f"];
        let rows: Vec<_> = ids.into_iter().zip(days).map(|(id, day)| (id, day, 1, 100)).collect();
        let shared = Bought { purchases: purchases(&rows), options: options(false), ..Bought::default() };
        assert_eq!(scores(&shared), [(5, 1, 1, 1), (4, 1, 1, 1), (3, 1, 1, 1), (2, 1, 1, 1), (1, 1, 1, 2)]);
        let parted = Bought { purchases: purchases(&rows), options: options(true), ..Bought::default() };
        assert_eq!(scores(&parted), [(5, 5, 5, 1), (4, 4, 4, 1), (3, 3, 3, 1), (2, 2, 2, 1), (1, 1, 1, 2)]);
    }

    #[test]
    fn who_is_gone_and_what_is_older_than_the_span_do_not_count_and_four_have_no_score() {
        let rows: Vec<_> = ["a", "b", "c", "d"].into_iter().map(|id| (id, "2026-05-01", 1, 100)).collect();
        let rows = [rows, vec![("e", "2025-02-01", 1, 100), ("f", "2026-05-01", 1, 100)]].concat();
        let bought = Bought {
            purchases: purchases(&rows),
            options: options(false),
            gone: vec!["f".to_owned()],
            ..Bought::default()
        };
        let row = &rfm(&bought, all())[0];
        assert_eq!((&row[0], &row[4], &row[8]), (&Cell::Nothing, &Cell::Ratio(4, 1), &Cell::Ratio(120, 4)));
        let bought = Bought { purchases: purchases(&rows), ..Bought::default() };
        assert_eq!(rfm(&bought, all()).iter().map(|r| r[4].clone()).collect::<Vec<_>>(), [Cell::Ratio(6, 1)]);
    }
}
