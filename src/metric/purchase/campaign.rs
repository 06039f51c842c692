//! Which campaigns a purchase is credited to, by the rules of last, first and linear touch.

use std::collections::BTreeMap;

use polars::prelude::{PlHashMap, PlSmallStr};

use crate::base::Period;
use crate::cube::CampaignTouch;
use crate::metric::identity::Credited;
use crate::metric::purchase::Bought;
use crate::metric::purchase::number::Numbers;
use crate::metric::sums::day_of;
use crate::metric::table::Cell;

/// A touch counts for purchases of its own day and of so many days after, less one.
const CREDIT_DAYS: i32 = 90;

/// What campaigns did.
#[derive(Debug, Default)]
pub(super) struct Campaigns {
    list: Vec<Campaign>,
    /// By customer and time.
    touches: Vec<Touch>,
}

/// A campaign as shown.
#[derive(Debug)]
pub(super) struct Campaign {
    pub(super) campaign_key: i64,
    pub(super) campaign_id: String,
    pub(super) name: String,
    pub(super) channel: String,
    pub(super) is_deleted: bool,
    pub(super) cost_cents: i64,
}

#[derive(Debug, Clone, Copy)]
struct Touch {
    /// The customer's number, if it is known who was touched.
    customer: Option<u32>,
    /// The campaign's place in [`Campaigns::list`].
    campaign: usize,
    /// Days since 1970-01-01.
    day: i32,
}

/// Touches as they are read, in no order.
#[derive(Debug, Default)]
pub(super) struct Touches {
    places: PlHashMap<i64, usize>,
    /// Each with the instant and the id by which it is sorted.
    read: Vec<(Touch, i64, PlSmallStr)>,
}

/// What a campaign is credited with. Profits are in ten-thousandths of a cent, so that a percentage of an amount is whole.
#[derive(Debug, Default, Clone)]
struct Credit {
    conversions: i64,
    last: i128,
    first: i128,
    /// Touches of the purchase → profit of such purchases, of which the campaign has that part for each of its touches.
    linear: BTreeMap<i128, i128>,
}

impl Touches {
    /// None yet, of these campaigns.
    pub(super) fn of(list: &[Campaign]) -> Self {
        let places = list.iter().enumerate().map(|(place, campaign)| (campaign.campaign_key, place)).collect();
        Self { places, read: Vec::new() }
    }

    /// Takes the next one. A touch has a campaign of the list: its key is a foreign one.
    pub(super) fn push(&mut self, touch: CampaignTouch<'_>, numbers: &mut Numbers) {
        let Some(campaign) = self.places.get(&touch.campaign_key).copied() else { return };
        let customer = touch.customer_id.map(|id| numbers.number(id));
        self.read.push((Touch { customer, campaign, day: touch.day }, touch.at, touch.campaign_touch_id.into()));
    }
}

impl Campaigns {
    /// Of all that was read; touches of one instant in the order of their ids.
    pub(super) fn of(list: Vec<Campaign>, mut touches: Touches) -> Campaigns {
        touches.read.sort_unstable_by(|(one, one_at, one_id), (other, other_at, other_id)| {
            (one.customer, one_at, one_id).cmp(&(other.customer, other_at, other_id))
        });
        Campaigns { list, touches: touches.read.into_iter().map(|(touch, ..)| touch).collect() }
    }

    /// Touches before `until` and customers touched, campaign by campaign.
    fn reach(&self, until: i32) -> Vec<(i64, i64)> {
        let mut reach = vec![(0, 0); self.list.len()];
        // Whom each campaign met last: all touches of a customer follow each other.
        let mut met = vec![None; self.list.len()];
        for touch in self.touches.iter().filter(|touch| touch.day < until) {
            let (touches, customers) = &mut reach[touch.campaign];
            *touches += 1;
            if touch.customer.is_some() && met[touch.campaign] != touch.customer {
                *customers += 1;
                met[touch.campaign] = touch.customer;
            }
        }
        reach
    }

    /// The credits of every purchase, campaign by campaign; none of one that no purchase is credited to.
    fn credits(&self, bought: &Bought) -> Vec<Option<Credit>> {
        let mut credits: Vec<Option<Credit>> = vec![None; self.list.len()];
        let purchases = &bought.purchases;
        // The campaigns that a purchase is credited to, in the order of time.
        let mut credited = Vec::new();
        let mut rest = &self.touches[..];
        // Customers who bought have the first numbers, in their own order.
        for (customer, rows) in purchases.by_customer() {
            let customer = Some(customer as u32);
            rest = &rest[rest.iter().take_while(|touch| touch.customer < customer).count()..];
            let (touches, others) = rest.split_at(rest.iter().take_while(|touch| touch.customer == customer).count());
            rest = others;
            for row in if touches.is_empty() { 0..0 } else { rows } {
                let today = purchases.days[row];
                let counts = |touch: &&Touch| touch.day <= today && touch.day > today - CREDIT_DAYS;
                credited.clear();
                credited.extend(touches.iter().filter(counts).map(|touch| touch.campaign));
                let (Some(first), Some(last)) = (credited.first(), credited.last()) else { continue };
                let profit = i128::from(purchases.amounts[row]) * i128::from(bought.options.margin_percent);
                credits[*first].get_or_insert_default().first += profit;
                let of_last = credits[*last].get_or_insert_default();
                (of_last.conversions, of_last.last) = (of_last.conversions + 1, of_last.last + profit);
                for campaign in &credited {
                    let linear = &mut credits[*campaign].get_or_insert_default().linear;
                    *linear.entry(credited.len() as i128).or_default() += profit;
                }
            }
        }
        credits
    }
}

/// What the credits of every rule have to sum to: the purchases that some campaign touched, without a credit to anybody.
///
/// The other way round than the credits, from each touch to the purchases it reaches, so that both have to be right.
pub(in crate::metric) fn touched(bought: &Bought) -> Credited {
    let purchases = &bought.purchases;
    let rows_of: Vec<_> = purchases.by_customer().map(|(_, rows)| rows).collect();
    let mut is_touched = vec![false; purchases.days.len()];
    for touch in &bought.campaigns.touches {
        let Some(rows) = touch.customer.and_then(|customer| rows_of.get(customer as usize)) else { continue };
        let days = &purchases.days[rows.clone()];
        let before = |day: i32| rows.start + days.partition_point(|d| *d < day);
        is_touched[before(touch.day)..before(touch.day + CREDIT_DAYS)].fill(true);
    }
    let amounts =
        purchases.amounts.iter().zip(is_touched).filter_map(|(amount, is_touched)| is_touched.then_some(*amount));
    let margin = i128::from(bought.options.margin_percent);
    let (count, profit) =
        amounts.fold((0, 0), |(count, profit), amount| (count + 1, profit + i128::from(amount) * margin));
    Credited { purchases: count, profit_cents: cents(profit) }
}

impl Credit {
    /// In cents: whole parts exactly, fractions to fifteen digits.
    fn linear_cents(&self) -> i64 {
        let whole: i128 = self.linear.iter().map(|(count, profit)| profit / count).sum();
        let rest: f64 = self.linear.iter().map(|(count, profit)| (profit % count) as f64 / *count as f64).sum();
        ((whole % UNITS) as f64 / UNITS as f64 + rest / UNITS as f64).round() as i64 + (whole / UNITS) as i64
    }
}

/// Ten-thousandths of a cent in a cent.
const UNITS: i128 = 10_000;

/// Half away from zero, as `round` has it.
fn cents(profit: i128) -> i64 {
    ((profit + UNITS / 2 * profit.signum()) / UNITS) as i64
}

/// One row per campaign, the best by last touch first: id, name, channel, cost, touches, customers, conversions, profit, and the
/// return by last, first and linear touch, each (profit − cost) / cost.
///
/// A purchase is credited to the touches of its customer in the 90 days up to it; the credits of each rule sum to the purchases
/// credited. A campaign that was deleted keeps what it brought.
pub(in crate::metric) fn campaign_roi(bought: &Bought, all: Period) -> Vec<Vec<Cell>> {
    let campaigns = &bought.campaigns;
    let (reach, credits) = (campaigns.reach(day_of(all.until)), campaigns.credits(bought));
    let told = campaigns.list.iter().zip(reach).zip(credits);
    let mut rows: Vec<(i64, &Campaign, Vec<Cell>)> = told
        .filter(|((campaign, _), credit)| !campaign.is_deleted || credit.is_some())
        .map(|((campaign, (touches, customers)), credit)| {
            let credit = credit.unwrap_or_default();
            let (cost, last) = (campaign.cost_cents, cents(credit.last));
            let texts = [&campaign.campaign_id, &campaign.name, &campaign.channel].map(|text| Cell::Text(text.clone()));
            let counts = [cost, touches, customers, credit.conversions, last].map(|number| Cell::Ratio(number, 1));
            let profits = [last, cents(credit.first), credit.linear_cents()];
            let returns = profits.map(|profit| Cell::Ratio(profit - cost, cost));
            (last, campaign, texts.into_iter().chain(counts).chain(returns).collect())
        })
        .collect();
    rows.sort_by(|(one, a, _), (other, b, _)| {
        other.cmp(one).then_with(|| (&a.name, &a.campaign_id).cmp(&(&b.name, &b.campaign_id)))
    });
    rows.into_iter().map(|(_, _, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::purchase::{Options, purchases};

    #[test]
    fn a_purchase_is_touched_on_its_day_and_89_days_after_whatever_touched_it_and_how_often() {
        let day = |text: &str| day_of(text.parse().expect("a date"));
        let touch = |customer, text| Touch { customer, campaign: 0, day: day(text) };
        let touches = vec![
            touch(None, "2026-01-01"),
            touch(Some(0), "2026-01-01"),
            touch(Some(0), "2026-01-01"),
            touch(Some(1), "2026-03-01"),
            // Who never bought anything.
            touch(Some(2), "2026-01-01"),
        ];
        let rows = [
            ("a", "2025-12-31", 1, 1_000),
            ("a", "2026-01-01", 1, 200),
            ("a", "2026-03-31", 2, 30),
            ("a", "2026-04-01", 1, 4_000),
            ("b", "2026-02-28", 1, 5_000),
        ];
        let bought = Bought {
            purchases: purchases(&rows),
            campaigns: Campaigns { list: Vec::new(), touches },
            options: Options { margin_percent: 50, ..Options::default() },
            ..Bought::default()
        };
        assert_eq!(touched(&bought), Credited { purchases: 2, profit_cents: 115 });
    }

    #[test]
    fn thirds_of_a_profit_lose_no_cent() {
        // Three touches of a purchase with a profit of 100 cents, two of them of this campaign.
        let credit = Credit { linear: BTreeMap::from([(3, 2 * 100 * UNITS)]), ..Credit::default() };
        assert_eq!(credit.linear_cents(), 67);
        let loss = Credit { linear: BTreeMap::from([(3, -2 * 100 * UNITS)]), ..Credit::default() };
        assert_eq!(loss.linear_cents(), -67);
        assert_eq!([4_999, 5_000, -5_000].map(cents), [0, 1, -1]);
    }
}
