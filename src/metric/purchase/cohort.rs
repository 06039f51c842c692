//! Customers by the period of their first purchase, and what became of them.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::base::Period;
use crate::metric::purchase::Bought;
use crate::metric::purchase::cents;
use crate::metric::sums::date_of;
use crate::metric::table::Cell;

/// Cohorts that are told, the newest.
const COHORT_COUNT: i32 = 60;

/// Who bought in a period, and for how much (hundredths of a cent).
#[derive(Default, Clone, Copy)]
struct Active {
    customers: i64,
    amount: i64,
}

/// [`cohorts`] of months.
pub(in crate::metric) fn monthly(bought: &Bought, all: Period) -> Vec<Vec<Cell>> {
    cohorts(bought, all, 1)
}

/// [`cohorts`] of quarters.
pub(in crate::metric) fn quarterly(bought: &Bought, all: Period) -> Vec<Vec<Cell>> {
    cohorts(bought, all, 3)
}

/// [`cohorts`] of years.
pub(in crate::metric) fn yearly(bought: &Bought, all: Period) -> Vec<Vec<Cell>> {
    cohorts(bought, all, 12)
}

/// One row per cohort and period since, the empty ones too: cohort, k, size, active, retention, revenue, revenue retention.
/// Of the period that is not over yet nothing is told.
fn cohorts(bought: &Bought, all: Period, months: i32) -> Vec<Vec<Cell>> {
    // The period of the last day, and the last one that is over: they are one where a period ends with the window.
    let present = month_of(all.last()) / months;
    let complete = month_of(all.until) / months - 1;
    let active = active(bought, months);
    let mut rows = Vec::new();
    for (cohort, first) in active.iter().filter(|((cohort, at), _)| cohort == at && *cohort > present - COHORT_COUNT) {
        let cohort = cohort.0;
        for at in cohort..=present {
            let now = active.get(&(cohort, at)).copied().unwrap_or_default();
            let told = |cell: Cell| if at <= complete { cell } else { Cell::Nothing };
            let revenue = cents(now.amount);
            rows.push(vec![
                Cell::Text(label(cohort, months)),
                Cell::Ratio(i64::from(at - cohort), 1),
                Cell::Ratio(first.customers, 1),
                told(Cell::Ratio(now.customers, 1)),
                told(Cell::Ratio(now.customers, first.customers)),
                told(Cell::Ratio(revenue, 1)),
                told(Cell::Ratio(revenue, cents(first.amount))),
            ]);
        }
    }
    rows
}

/// (cohort, period) → who was active in it.
fn active(bought: &Bought, months: i32) -> BTreeMap<(i32, i32), Active> {
    let purchases = &bought.purchases;
    let Some(first_day) = purchases.days.iter().min().copied() else { return BTreeMap::new() };
    let last_day = purchases.days.iter().max().copied().unwrap_or(first_day);
    // A calendar is made once, not a date a purchase.
    let period: Vec<i32> = (first_day..=last_day).map(|day| month_of(date_of(day)) / months).collect();
    let period = |day: i32| period[(day - first_day) as usize];
    let mut active: BTreeMap<(i32, i32), Active> = BTreeMap::new();
    for (_, rows) in purchases.by_customer() {
        let cohort = period(purchases.days[rows.start]);
        let mut at = None;
        for row in rows {
            let now = period(purchases.days[row]);
            let entry = active.entry((cohort, now)).or_default();
            entry.amount += purchases.amounts[row];
            entry.customers += i64::from(at != Some(now));
            at = Some(now);
        }
    }
    active
}

/// Months since the year 0.
fn month_of(date: NaiveDate) -> i32 {
    date.year() * 12 + date.month0() as i32
}

/// `2026-03`, `2026-Q1` or `2026`.
fn label(period: i32, months: i32) -> String {
    let (year, month) = (period * months / 12, period * months % 12);
    match months {
        1 => format!("{year}-{:02}", month + 1),
        3 => format!("{year}-Q{}", month / 3 + 1),
        _ => year.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::purchase::purchases;

    #[test]
    fn a_customer_counts_once_a_period_and_the_running_one_is_not_told() {
        let rows = [
            ("a", "2026-01-05", 1, 100),
            ("a", "2026-03-01", 1, 50),
            ("a", "2026-03-09", 1, 50),
            ("b", "2026-01-31", 1, 300),
        ];
        let bought = Bought { purchases: purchases(&rows), ..Bought::default() };
        let until =
            |day: &str| Period { from: "2026-01-01".parse().expect("a date"), until: day.parse().expect("a date") };
        let rows = monthly(&bought, until("2026-04-01"));
        let told: Vec<_> = rows.iter().map(|r| (r[0].text(), r[3].clone(), r[6].clone())).collect();
        let january = Some("2026-01");
        assert_eq!(
            told,
            [
                (january, Cell::Ratio(2, 1), Cell::Ratio(400, 400)),
                (january, Cell::Ratio(0, 1), Cell::Ratio(0, 400)),
                (january, Cell::Ratio(1, 1), Cell::Ratio(100, 400))
            ]
        );
        let running = monthly(&bought, until("2026-03-31"));
        assert_eq!((running.len(), &running[2][3]), (3, &Cell::Nothing));
        assert_eq!(quarterly(&bought, until("2026-04-01"))[0][0].text(), Some("2026-Q1"));
        assert_eq!(yearly(&bought, until("2026-04-01"))[0][3], Cell::Nothing);
        assert_eq!(monthly(&Bought::default(), until("2026-04-01")), Vec::<Vec<Cell>>::new());
    }
}
