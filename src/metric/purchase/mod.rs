//! What customers bought, customer by customer: ranks, concentration, RFM, cohorts, habits of ordering, the return of
//! campaigns, the effect of a loyalty programme.
//!
//! In: every purchase day of a tenant, read once. Out: rows of the tables that rest on them. Pure, but for the reading.
//!
//! These tables ask for one customer after another in several orders and windows; each by its own statement would pass the
//! purchases again, and group them by names, while here a customer is a number.

mod best;
mod campaign;
mod cohort;
mod habit;
mod loyalty;
mod number;
mod read;
mod rfm;

use polars::prelude::PlSmallStr;
use sqlx::FromRow;

use crate::base::Period;
use crate::cube::Purchase;
use crate::metric::purchase::campaign::Campaigns;
use crate::metric::purchase::habit::Habits;
use crate::metric::purchase::loyalty::Programme;
use crate::metric::sums::day_of;

pub(in crate::metric) use best::{concentration, top_customers};
pub(in crate::metric) use campaign::{campaign_roi, touched};
pub(in crate::metric) use cohort::{monthly, quarterly, yearly};
pub(in crate::metric) use habit::order_habits;
pub(in crate::metric) use loyalty::loyalty_effect;
pub(in crate::metric) use read::{Wanted, read_bought};
pub(in crate::metric) use rfm::rfm;

/// The purchases of a tenant in the order of customers and days.
#[derive(Debug, Default)]
pub(in crate::metric) struct Purchases {
    /// Each customer's id and the end of its purchases in the columns below.
    customers: Vec<(PlSmallStr, usize)>,
    /// Days since 1970-01-01.
    days: Vec<i32>,
    /// Purchases of that day.
    counts: Vec<i64>,
    /// Hundredths of a cent.
    amounts: Vec<i64>,
}

/// What a table of purchases is made of, beside its window.
#[derive(Debug, Default)]
pub(in crate::metric) struct Bought {
    purchases: Purchases,
    /// How customers order.
    habits: Habits,
    /// Whom the tables show by name, in the order of their ids.
    people: Vec<Person>,
    /// Customers who are on record no longer, in order.
    gone: Vec<String>,
    /// Whom the effect of the loyalty programme compares.
    programme: Programme,
    /// Whom campaigns touched.
    campaigns: Campaigns,
    options: Options,
}

/// What the tenant chose.
#[derive(Debug, Default, Clone, Copy, FromRow)]
struct Options {
    /// How many days RFM looks back; 0 for all.
    rfm_days: i64,
    /// Whether RFM makes five groups of one size and does not let equal ones share.
    is_rfm_ntile: bool,
    /// Share of revenue that is gross profit.
    margin_percent: i64,
}

/// A customer as shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::metric) struct Person {
    customer_id: String,
    name: Option<String>,
    tier: Option<String>,
}

/// What a customer bought in a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Total {
    /// The customer's place in [`Purchases::customers`].
    customer: usize,
    purchases: i64,
    /// Hundredths of a cent.
    amount: i64,
    /// The day of the last one, since 1970-01-01.
    last_day: i32,
}

impl Purchases {
    /// Takes the next one, in the order of customers and days.
    fn push(&mut self, purchase: Purchase<'_>) {
        self.days.push(purchase.day);
        self.counts.push(purchase.purchases);
        self.amounts.push(purchase.amount);
        match self.customers.last_mut() {
            Some((last, end)) if last == purchase.customer_id => *end = self.days.len(),
            _ => self.customers.push((purchase.customer_id.into(), self.days.len())),
        }
    }

    /// Each customer with the rows that are theirs.
    fn by_customer(&self) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> {
        let starts = std::iter::once(0).chain(self.customers.iter().map(|(_, end)| *end));
        self.customers.iter().zip(starts).enumerate().map(|(customer, ((_, end), start))| (customer, start..*end))
    }

    /// What each customer who bought in the period bought in it.
    fn totals(&self, period: Period) -> Vec<Total> {
        let (from, until) = (day_of(period.from), day_of(period.until));
        let total = |(customer, rows): (usize, std::ops::Range<usize>)| {
            let days = &self.days[rows.clone()];
            let rows =
                rows.start + days.partition_point(|d| *d < from)..rows.start + days.partition_point(|d| *d < until);
            let last_day = *self.days[rows.clone()].last()?;
            let (purchases, amount) = (self.counts[rows.clone()].iter().sum(), self.amounts[rows].iter().sum());
            Some(Total { customer, purchases, amount, last_day })
        };
        self.by_customer().filter_map(total).collect()
    }

    fn id(&self, customer: usize) -> &str {
        &self.customers[customer].0
    }
}

/// Whole cents of hundredths of a cent, half away from zero, as `round` has it.
fn cents(amount: i64) -> i64 {
    (amount + 50 * amount.signum()) / 100
}

/// Customer, day, purchases and whole cents, by customer and day.
#[cfg(test)]
fn purchases(rows: &[(&str, &str, i64, i64)]) -> Purchases {
    let mut purchases = Purchases::default();
    for (customer_id, day, count, cents) in rows {
        let day = day_of(day.parse().expect("a date"));
        purchases.push(Purchase { customer_id, day, purchases: *count, amount: cents * 100 });
    }
    purchases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_told_by_the_purchases_of_the_span_alone() {
        let purchases = purchases(&[
            ("a", "2026-01-01", 1, 100),
            ("a", "2026-02-01", 2, 300),
            ("b", "2026-03-01", 1, 500),
            ("c", "2026-01-31", 1, 50),
        ]);
        let span = Period { from: "2026-01-31".parse().expect("a date"), until: "2026-03-01".parse().expect("a date") };
        let totals = purchases.totals(span);
        let told: Vec<_> = totals.iter().map(|t| (purchases.id(t.customer), t.purchases, t.amount)).collect();
        assert_eq!(told, [("a", 2, 30_000), ("c", 1, 5_000)]);
        assert_eq!(Purchases::default().totals(span), []);
    }

    #[test]
    fn half_a_cent_is_rounded_away_from_nothing() {
        assert_eq!([149, 150, 0, -149, -150].map(cents), [1, 2, 0, -1, -2]);
    }
}
