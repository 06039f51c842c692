//! Members of the loyalty programme against customers like them.

use std::collections::{BTreeMap, HashMap};

use chrono::Datelike;
use polars::prelude::{DataFrame, PolarsResult};

use crate::base::Period;
use crate::base::period::minus_days;
use crate::metric::purchase::Bought;
use crate::metric::sums::{date_of, day_of};
use crate::metric::table::Cell;

/// Who is compared.
#[derive(Debug, Default)]
pub(super) struct Programme {
    customers: Vec<Customer>,
    /// When each customer who ever joined did, and left, in days since 1970-01-01.
    memberships: HashMap<String, Vec<(i32, Option<i32>)>>,
}

#[derive(Debug)]
struct Customer {
    customer_id: String,
    tier: Option<String>,
    since: i32,
}

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
/// Days of the year before the window.
const YEAR_DAYS: u64 = 365;
/// 95 % of a normal distribution.
const Z: f64 = 1.959_964;

impl Programme {
    /// From the rows of `cube::read_customers` and `cube::read_loyalty_members`.
    pub(super) fn of(customers: &DataFrame, members: &DataFrame) -> PolarsResult<Programme> {
        let ids = customers.column("customer_id")?.str()?.iter();
        let tiers = customers.column("tier")?.str()?.iter();
        let days = customers.column("created_day")?.i32()?.iter();
        let customers = ids.zip(tiers).zip(days).filter_map(|((id, tier), since)| {
            Some(Customer { customer_id: id?.to_owned(), tier: tier.map(str::to_owned), since: since? })
        });
        let customers = customers.collect();
        let mut memberships: HashMap<String, Vec<(i32, Option<i32>)>> = HashMap::new();
        let joined = members.column("joined_day")?.i32()?.iter().zip(members.column("left_day")?.i32()?.iter());
        for (id, (joined, left)) in members.column("customer_id")?.str()?.iter().zip(joined) {
            let (Some(id), Some(joined)) = (id, joined) else { continue };
            memberships.entry(id.to_owned()).or_default().push((joined, left));
        }
        Ok(Programme { customers, memberships })
    }

    /// Whether a customer was a member when the window began; `None` for who joined later or had left.
    fn is_member(&self, customer_id: &str, from: i32) -> Option<bool> {
        let Some(spells) = self.memberships.get(customer_id) else { return Some(false) };
        spells.iter().any(|(joined, left)| *joined < from && left.is_none_or(|left| left >= from)).then_some(true)
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
    let spent_in = |period: Period| -> HashMap<&str, i64> {
        let totals = bought.purchases.totals(period);
        totals.into_iter().map(|total| (bought.purchases.id(total.customer), total.amount)).collect()
    };
    let before = spent_in(Period { from: minus_days(window.from, YEAR_DAYS), until: window.from });
    let spent = spent_in(window);
    let from = day_of(window.from);
    let mut groups: BTreeMap<Alike<'_>, [Spending; 2]> = BTreeMap::new();
    for customer in bought.programme.customers.iter().filter(|customer| customer.since < from) {
        let id = customer.customer_id.as_str();
        let Some(is_member) = bought.programme.is_member(id, from) else { continue };
        let of = |spent: &HashMap<&str, i64>| spent.get(id).copied().unwrap_or_default();
        let band = BANDS.partition_point(|floor| *floor <= of(&before));
        let year = date_of(customer.since).year();
        let group = groups.entry((customer.tier.as_deref(), year, band)).or_default();
        group[usize::from(is_member)].add(of(&spent));
    }
    groups
}
