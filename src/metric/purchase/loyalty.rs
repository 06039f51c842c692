//! Members of the loyalty programme against customers like them.

use std::collections::BTreeMap;

use chrono::Datelike;
use polars::prelude::PlHashMap;

use crate::base::Period;
use crate::base::period::minus_days;
use crate::cube;
use crate::metric::purchase::Bought;
use crate::metric::purchase::number::Numbers;
use crate::metric::sums::{date_of, day_of};
use crate::metric::table::Cell;

/// Who is compared.
#[derive(Debug, Default)]
pub(super) struct Programme {
    customers: Vec<Customer>,
    /// The tiers that customers have.
    tiers: Vec<Option<String>>,
    /// Memberships of customers who were not met yet, by their numbers.
    memberships: PlHashMap<u32, Vec<Membership>>,
}

#[derive(Debug)]
struct Customer {
    /// None of who neither bought anything, nor was touched by a campaign, nor was ever a member.
    number: Option<u32>,
    /// The place in [`Programme::tiers`].
    tier: usize,
    since: i32,
    memberships: Vec<Membership>,
}

/// When it began, and ended, in days since 1970-01-01.
type Membership = (i32, Option<i32>);

/// Customers are alike who have the same tier, year of first contact and spending in the year before the window.
type Alike<'a> = (Option<&'a str>, i32, usize);

/// What customers of one kind spent (hundredths of a cent), exactly.
#[derive(Debug, Default, Clone, Copy)]
struct Spending {
    count: i64,
    sum: i128,
    squares: i128,
}

/// Where bands of spending begin, in hundredths of a cent: nothing, anything, 1,000, 10,000, 50,000, 250,000.
const BANDS: [i64; 6] = [0, 100, 10_000_000, 100_000_000, 500_000_000, 2_500_000_000];
/// The bands, and what lies below them.
const BAND_COUNT: usize = BANDS.len() + 1;
/// Days of the year before the window.
const YEAR_DAYS: u64 = 365;
/// 95 % of a normal distribution.
const Z: f64 = 1.959_964;

impl Programme {
    /// Takes a membership; all of them before the first customer.
    pub(super) fn push_membership(&mut self, membership: cube::Membership<'_>, numbers: &mut Numbers) {
        let Some(joined) = membership.joined_day else { return };
        let number = numbers.number(membership.customer_id);
        self.memberships.entry(number).or_default().push((joined, membership.left_day));
    }

    /// Takes a customer, after everybody else who has a number.
    pub(super) fn push(&mut self, customer: cube::Customer<'_>, numbers: &Numbers) {
        let Some(since) = customer.created_day else { return };
        let number = numbers.known(customer.customer_id);
        let tier = self.tiers.iter().position(|tier| tier.as_deref() == customer.tier).unwrap_or_else(|| {
            self.tiers.push(customer.tier.map(str::to_owned));
            self.tiers.len() - 1
        });
        let memberships = number.and_then(|number| self.memberships.remove(&number)).unwrap_or_default();
        self.customers.push(Customer { number, tier, since, memberships });
    }
}

impl Customer {
    /// Whether they were a member when the window began; `None` for who joined later or had left.
    fn is_member(&self, from: i32) -> Option<bool> {
        let mut all = self.memberships.iter();
        let is_member = all.any(|(joined, left)| *joined < from && left.is_none_or(|left| left >= from));
        (is_member || self.memberships.is_empty()).then_some(is_member)
    }
}

impl Spending {
    fn add(&mut self, amount: i64) {
        let amount = i128::from(amount);
        (self.count, self.sum, self.squares) = (self.count + 1, self.sum + amount, self.squares + amount * amount);
    }

    /// In cents.
    fn mean(self) -> f64 {
        self.sum as f64 / self.count as f64 / 100.0
    }

    /// Of a sample, in square cents; one customer has none.
    fn variance(self) -> f64 {
        let n = i128::from(self.count);
        if n < 2 { 0.0 } else { (n * self.squares - self.sum * self.sum) as f64 / (n * (n - 1)) as f64 / 1e4 }
    }
}

/// One row: members, the others, the means of both, their difference a member, the range it lies in, and a word on it.
///
/// Members joined before the window began and had not left by then; the others never joined. The difference is the mean over
/// the groups of who are alike, weighed by their members (stratification); groups without both kinds say nothing.
pub(in crate::metric) fn loyalty_effect(bought: &Bought, window: Period) -> Vec<Vec<Cell>> {
    let groups = groups(bought, window);
    let matched = || groups.values().filter(|[others, members]| members.count > 0 && others.count > 0);
    let [member_count, other_count] = [1, 0].map(|kind: usize| matched().map(|group| group[kind].count).sum::<i64>());
    let weighed = |value: &dyn Fn(&[Spending; 2]) -> f64| matched().map(value).sum::<f64>();
    let spent = weighed(&|[_, members]| members.count as f64 * members.mean());
    let alike = weighed(&|[others, members]| members.count as f64 * others.mean());
    let error = weighed(&|[others, members]| {
        let (m, o) = (members.count as f64, others.count as f64);
        m * m * (members.variance() / m + others.variance() / o)
    })
    .sqrt();
    let gain = spent - alike;
    let mean =
        |cents: f64| if member_count == 0 { Cell::Nothing } else { Cell::Ratio(cents.round() as i64, member_count) };
    let (low, high) = (gain - Z * error, gain + Z * error);
    let note = match () {
        () if member_count == 0 => "nobody to compare with",
        () if low > 0.0 => "association, above chance",
        () if high < 0.0 => "association, below chance",
        () => "no difference beyond chance",
    };
    let counts = [member_count, other_count].map(|n| Cell::Ratio(n, 1));
    let means = [spent, alike, gain, low, high].map(mean);
    vec![counts.into_iter().chain(means).chain([Cell::Text(note.to_owned())]).collect()]
}

/// The spending in the window of the others and of members, by who are alike.
fn groups(bought: &Bought, window: Period) -> BTreeMap<Alike<'_>, [Spending; 2]> {
    let programme = &bought.programme;
    // Customers who bought have the first numbers; whoever is beyond them spent nothing.
    let spent_in = |period: Period| -> Vec<i64> {
        let mut spent = vec![0; bought.purchases.customers.len()];
        bought.purchases.totals(period).into_iter().for_each(|total| spent[total.customer] = total.amount);
        spent
    };
    let before = spent_in(Period { from: minus_days(window.from, YEAR_DAYS), until: window.from });
    let spent = spent_in(window);
    let from = day_of(window.from);
    let compared = || programme.customers.iter().filter(|customer| customer.since < from);
    let (Some(first), Some(last)) = (compared().map(|c| c.since).min(), compared().map(|c| c.since).max()) else {
        return BTreeMap::new();
    };
    // A calendar is made once, not a date a customer.
    let year: Vec<i32> = (first..=last).map(|day| date_of(day).year()).collect();
    let (first_year, year_count) = (year[0], (year[year.len() - 1] - year[0] + 1) as usize);
    let mut cells = vec![[Spending::default(); 2]; programme.tiers.len() * year_count * BAND_COUNT];
    for customer in compared() {
        let Some(is_member) = customer.is_member(from) else { continue };
        let of =
            |spent: &[i64]| customer.number.and_then(|number| spent.get(number as usize)).copied().unwrap_or_default();
        let band = BANDS.partition_point(|floor| *floor <= of(&before));
        let year = (year[(customer.since - first) as usize] - first_year) as usize;
        let cell = (customer.tier * year_count + year) * BAND_COUNT + band;
        cells[cell][usize::from(is_member)].add(of(&spent));
    }
    let alike = |cell: usize| {
        let (group, band) = (cell / BAND_COUNT, cell % BAND_COUNT);
        let (tier, year) = (group / year_count, group % year_count);
        (programme.tiers[tier].as_deref(), first_year + year as i32, band)
    };
    cells.into_iter().enumerate().map(|(cell, group)| (alike(cell), group)).collect()
}
