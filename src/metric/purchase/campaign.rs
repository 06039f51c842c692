//! Which campaigns a purchase is credited to, by the rules of last, first and linear touch.

use std::collections::{BTreeMap, HashMap, HashSet};

use polars::prelude::{DataFrame, DataType, PolarsResult};

use crate::base::Period;
use crate::metric::purchase::Bought;
use crate::metric::sums::day_of;
use crate::metric::table::Cell;

/// A touch counts for purchases of its own day and of so many days after, less one.
const CREDIT_DAYS: i32 = 90;

/// What campaigns did.
#[derive(Debug, Default)]
pub(super) struct Campaigns {
    list: Vec<Campaign>,
    touches: Vec<Touch>,
    /// Customer → places in `touches`, in the order of time.
    by_customer: HashMap<String, Vec<usize>>,
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
    campaign_key: i64,
    /// Days since 1970-01-01.
    day: i32,
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

impl Campaigns {
    /// From the rows of `cube::read_campaign_touches`.
    pub(super) fn of(frame: &DataFrame, list: Vec<Campaign>) -> PolarsResult<Campaigns> {
        let (campaigns, days) = (frame.column("campaign_key")?.i64()?, frame.column("touch_day")?.i32()?);
        let instants = frame.column("touched_at")?.cast(&DataType::Int64)?;
        let (instants, ids) = (instants.i64()?, frame.column("campaign_touch_id")?.str()?);
        let mut by_customer: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, customer) in frame.column("customer_id")?.str()?.iter().enumerate() {
            let Some(customer) = customer else { continue };
            match by_customer.get_mut(customer) {
                Some(places) => places.push(place),
                None => drop(by_customer.insert(customer.to_owned(), vec![place])),
            }
        }
        for places in by_customer.values_mut().filter(|places| places.len() > 1) {
            places.sort_unstable_by_key(|place| (instants.get(*place), ids.get(*place)));
        }
        let touch = |(campaign_key, day)| Touch { campaign_key, day };
        let touches = campaigns.into_no_null_iter().zip(days.into_no_null_iter()).map(touch).collect();
        Ok(Campaigns { list, touches, by_customer })
    }

    /// Touches before `until` and customers touched, by campaign.
    fn reach(&self, until: i32) -> HashMap<i64, (i64, i64)> {
        let mut reach: HashMap<i64, (i64, i64)> = HashMap::new();
        for touch in self.touches.iter().filter(|touch| touch.day < until) {
            reach.entry(touch.campaign_key).or_default().0 += 1;
        }
        let mut met = HashSet::new();
        for places in self.by_customer.values() {
            met.clear();
            let before = places.iter().map(|place| self.touches[*place]).filter(|touch| touch.day < until);
            for touch in before.filter(|touch| met.insert(touch.campaign_key)) {
                reach.entry(touch.campaign_key).or_default().1 += 1;
            }
        }
        reach
    }

    /// The credits of every purchase, by campaign.
    fn credits(&self, bought: &Bought) -> HashMap<i64, Credit> {
        let mut credits: HashMap<i64, Credit> = HashMap::new();
        let purchases = &bought.purchases;
        // The campaigns that a purchase is credited to, in the order of time.
        let mut touches = Vec::new();
        for (customer, rows) in purchases.by_customer() {
            let Some(places) = self.by_customer.get(purchases.id(customer)) else { continue };
            for row in rows {
                let today = purchases.days[row];
                touches.clear();
                for place in places {
                    let touch = self.touches[*place];
                    if touch.day <= today && touch.day > today - CREDIT_DAYS {
                        touches.push(touch.campaign_key);
                    }
                }
                let (Some(first), Some(last)) = (touches.first(), touches.last()) else { continue };
                let profit = i128::from(purchases.amounts[row]) * i128::from(bought.options.margin_percent);
                credits.entry(*first).or_default().first += profit;
                let of_last = credits.entry(*last).or_default();
                (of_last.conversions, of_last.last) = (of_last.conversions + 1, of_last.last + profit);
                for campaign in &touches {
                    let linear = &mut credits.entry(*campaign).or_default().linear;
                    *linear.entry(touches.len() as i128).or_default() += profit;
                }
            }
        }
        credits
    }
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
    let shown = campaigns.list.iter().filter(|c| !c.is_deleted || credits.contains_key(&c.campaign_key));
    let mut rows: Vec<(i64, &Campaign, Vec<Cell>)> = shown
        .map(|campaign| {
            let credit = credits.get(&campaign.campaign_key).cloned().unwrap_or_default();
            let (touches, customers) = reach.get(&campaign.campaign_key).copied().unwrap_or_default();
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
