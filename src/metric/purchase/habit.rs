//! How often customers order.

use polars::prelude::PlSmallStr;

use crate::base::Period;
use crate::cube::Orders;
use crate::metric::purchase::Bought;
use crate::metric::table::Cell;

/// What the orders of every customer tell, taken as they come: no order is kept.
#[derive(Debug, Default)]
pub(super) struct Habits {
    buyers: i64,
    repeaters: i64,
    orders: i64,
    /// Days between a customer's consecutive days of ordering.
    gaps: Vec<i32>,
    last: Option<Last>,
}

/// The day of ordering that was taken last.
#[derive(Debug)]
struct Last {
    customer_id: PlSmallStr,
    day: i32,
    /// Whether its customer ordered more than once.
    is_repeater: bool,
}

impl Habits {
    /// Takes the next orders, in the order of customers and days.
    pub(super) fn push(&mut self, Orders { customer_id, day, orders }: Orders<'_>) {
        self.orders += orders;
        match self.last.as_mut().filter(|last| last.customer_id == customer_id) {
            Some(last) => {
                self.gaps.push(day - last.day);
                self.repeaters += i64::from(!last.is_repeater);
                (last.day, last.is_repeater) = (day, true);
            }
            None => {
                let is_repeater = orders > 1;
                (self.buyers, self.repeaters) = (self.buyers + 1, self.repeaters + i64::from(is_repeater));
                self.last = Some(Last { customer_id: customer_id.into(), day, is_repeater });
            }
        }
    }
}

/// One row: buyers, those who ordered twice or more, their share, orders a buyer, the median of the days between
/// consecutive days of ordering (of customers who ordered on more than one).
pub(in crate::metric) fn order_habits(bought: &Bought, _all: Period) -> Vec<Vec<Cell>> {
    let Habits { buyers, repeaters, orders, gaps, .. } = &bought.habits;
    let whole = |number: i64| Cell::Ratio(number, 1);
    let each = if *buyers == 0 { Cell::Nothing } else { Cell::Ratio(*orders, *buyers) };
    let median = twice_median(gaps.clone()).map_or(Cell::Nothing, |twice| Cell::Ratio(twice, 2));
    vec![vec![whole(*buyers), whole(*repeaters), Cell::Ratio(*repeaters, *buyers), each, median]]
}

/// Twice the median, which is the sum of the two in the middle.
fn twice_median(mut values: Vec<i32>) -> Option<i64> {
    let middle = values.len().checked_sub(1)? / 2;
    let is_even = values.len().is_multiple_of(2);
    let (_, low, above) = values.select_nth_unstable(middle);
    let low = *low;
    let high = if is_even { above.iter().min().copied().unwrap_or(low) } else { low };
    Some(i64::from(low) + i64::from(high))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The row of orders: customer, day and how many.
    fn told(orders: &[(&str, i32, i64)]) -> Vec<Cell> {
        let mut bought = Bought::default();
        for (customer_id, day, orders) in orders {
            bought.habits.push(Orders { customer_id, day: *day, orders: *orders });
        }
        let all = Period { from: "2026-01-01".parse().expect("a date"), until: "2026-06-01".parse().expect("a date") };
        order_habits(&bought, all).remove(0)
    }

    #[test]
    fn who_ordered_twice_on_a_day_comes_again_and_has_no_gap() {
        let row = told(&[("a", 1, 1), ("a", 11, 1), ("a", 42, 2), ("b", 5, 2), ("c", 5, 1)]);
        let cell = Cell::Ratio;
        assert_eq!(row, [cell(3, 1), cell(2, 1), cell(2, 3), cell(7, 3), cell(41, 2)]);
    }

    #[test]
    fn where_nobody_ordered_nothing_is_known() {
        let cell = Cell::Ratio;
        assert_eq!(told(&[]), [cell(0, 1), cell(0, 1), cell(0, 0), Cell::Nothing, Cell::Nothing]);
        assert_eq!(told(&[("a", 3, 1)]), [cell(1, 1), cell(0, 1), cell(0, 1), cell(1, 1), Cell::Nothing]);
    }

    #[test]
    fn a_median_of_an_even_number_lies_between_the_two_in_the_middle() {
        let medians = [vec![9, 1, 4, 2], vec![3, 1, 2], vec![5], vec![]].map(twice_median);
        assert_eq!(medians, [Some(6), Some(4), Some(10), None]);
    }
}
