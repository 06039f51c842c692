//! Who bought for most, and how much hangs on them.

use std::cmp::Reverse;

use crate::base::Period;
use crate::metric::purchase::{Bought, Purchases, Total, cents};
use crate::metric::sums::day_of;
use crate::metric::table::Cell;

/// Customers that are ranked.
const TOP_COUNT: usize = 50;
/// Shares of the buyers, in percent.
const SHARES: [usize; 5] = [1, 5, 10, 20, 50];

/// The customers with the highest revenue of a period, best first, ties in the order of their ids.
fn best(purchases: &Purchases, mut totals: Vec<Total>) -> Vec<Total> {
    let order = |t: &Total| (Reverse(t.amount), purchases.id(t.customer).to_owned());
    if totals.len() > TOP_COUNT {
        // Fifty are ranked and not everybody; of those who tie for the last place the ids decide.
        let place = |t: &Total| Reverse(t.amount);
        let (_, last, _) = totals.select_nth_unstable_by_key(TOP_COUNT - 1, place);
        let last = last.amount;
        totals.retain(|t| t.amount >= last);
    }
    totals.sort_by_cached_key(order);
    totals.truncate(TOP_COUNT);
    totals
}

/// The ids of those who are shown by name in a period.
pub(super) fn shown(purchases: &Purchases, period: Period) -> Vec<String> {
    let best = best(purchases, purchases.totals(period));
    best.iter().map(|t| purchases.id(t.customer).to_owned()).collect()
}

/// One row per customer, the 50 with the highest revenue: rank, id, name, tier, purchases, revenue, share, days since the last.
///
/// Equal revenue shares a rank and the next one is skipped.
pub(in crate::metric) fn top_customers(bought: &Bought, period: Period) -> Vec<Vec<Cell>> {
    let totals = bought.purchases.totals(period);
    let all = cents(totals.iter().map(|t| t.amount).sum());
    let best = best(&bought.purchases, totals);
    let whole = |number: i64| Cell::Ratio(number, 1);
    let mut rank = 0;
    let row = |(index, total): (usize, &Total)| {
        if index == 0 || best[index - 1].amount != total.amount {
            rank = index as i64 + 1;
        }
        let id = bought.purchases.id(total.customer);
        let person =
            bought.people.binary_search_by(|p| p.customer_id.as_str().cmp(id)).ok().map(|at| &bought.people[at]);
        let name = person.and_then(|p| p.name.as_deref()).unwrap_or(id);
        let tier = person.and_then(|p| p.tier.as_deref()).unwrap_or("unknown");
        let revenue = cents(total.amount);
        vec![
            whole(rank),
            Cell::Text(id.to_owned()),
            Cell::Text(name.to_owned()),
            Cell::Text(tier.to_owned()),
            whole(total.purchases),
            whole(revenue),
            Cell::Ratio(revenue, all),
            whole(i64::from(day_of(period.last()) - total.last_day)),
        ]
    };
    best.iter().enumerate().map(row).collect()
}

/// One row per share of the buyers, rounded up to whole ones: the share, how many, their revenue, its part of all.
pub(in crate::metric) fn concentration(bought: &Bought, period: Period) -> Vec<Vec<Cell>> {
    let mut amounts: Vec<i64> = bought.purchases.totals(period).iter().map(|t| t.amount).collect();
    amounts.sort_unstable_by_key(|amount| Reverse(*amount));
    let all = cents(amounts.iter().sum());
    let row = |percent: usize| {
        let count = (amounts.len() * percent).div_ceil(100);
        let revenue = cents(amounts[..count].iter().sum());
        vec![
            Cell::Text(format!("{percent} %")),
            Cell::Ratio(count as i64, 1),
            Cell::Ratio(revenue, 1),
            Cell::Ratio(revenue, all),
        ]
    };
    if amounts.is_empty() { Vec::new() } else { SHARES.into_iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::purchase::{Person, purchases};

    fn may() -> Period {
        Period { from: "2026-05-01".parse().expect("a date"), until: "2026-06-01".parse().expect("a date") }
    }

    #[test]
    fn equal_revenue_shares_a_rank_and_the_next_one_is_skipped() {
        let rows = [
            ("a", "2026-05-02", 1, 100),
            ("b", "2026-05-31", 1, 300),
            ("c", "2026-05-01", 2, 300),
            ("d", "2026-04-30", 9, 900),
        ];
        let people = vec![Person { customer_id: "b".into(), name: Some("Bea".into()), tier: None }];
        let bought = Bought { purchases: purchases(&rows), people, ..Bought::default() };
        let rows = top_customers(&bought, may());
        let told: Vec<_> = rows
            .iter()
            .map(|r| (r[0].figure().map(|f| f.numerator), r[2].text(), r[7].figure().map(|f| f.numerator)))
            .collect();
        assert_eq!(
            told,
            [(Some(1), Some("Bea"), Some(0)), (Some(1), Some("c"), Some(30)), (Some(3), Some("a"), Some(29))]
        );
        assert_eq!((rows[2][3].text(), &rows[2][6]), (Some("unknown"), &Cell::Ratio(100, 700)));
    }

    #[test]
    fn of_many_who_tie_for_the_last_place_the_ids_decide() {
        let ids: Vec<String> = (0..80).map(|n| format!("c{n:02}")).collect();
        let rows: Vec<_> = ids.iter().rev().map(|id| (id.as_str(), "2026-05-02", 1, 100)).collect();
        assert_eq!(shown(&purchases(&rows), may()), ids[..TOP_COUNT]);
    }

    #[test]
    fn a_share_of_the_buyers_is_rounded_up_to_whole_ones() {
        let rows = [("a", "2026-05-02", 1, 600), ("b", "2026-05-31", 1, 300), ("c", "2026-05-01", 2, 100)];
        let bought = Bought { purchases: purchases(&rows), ..Bought::default() };
        let told: Vec<_> =
            concentration(&bought, may()).into_iter().map(|row| (row[1].clone(), row[3].clone())).collect();
        let one = (Cell::Ratio(1, 1), Cell::Ratio(600, 1000));
        assert_eq!(told, [one.clone(), one.clone(), one.clone(), one, (Cell::Ratio(2, 1), Cell::Ratio(900, 1000))]);
        assert_eq!(concentration(&Bought::default(), may()), Vec::<Vec<Cell>>::new());
    }
}
