//! What holds of every metric whatever the rows: partitions sum, ratios recombine over any split, rows of zero change
//! nothing, and the bridge of MRR closes to the cent.

use polars::prelude::*;
use proptest::prelude::*;

use crate::base::Period;
use crate::cube::{Cubes, INTERACTION_TYPES, OUTCOMES, STAGES, STATUSES, TIERS};
use crate::metric::catalog::CATALOG;
use crate::metric::formula::Measures;
use crate::metric::snapshot::Figure;
use crate::metric::sums::date_of;

const DAYS: i32 = 40;
const REPS: [&str; 3] = ["a", "b", "unassigned"];
const EVENTS: [&str; 3] = ["created", "won", "lost"];
const CHANGES: [&str; 3] = ["became_customer", "reactivated", "churned"];
const MOVEMENTS: [(&str, i64); 5] =
    [("new", 1), ("expansion", 1), ("reactivation", 1), ("contraction", -1), ("churn", -1)];
const ORDERS: [&str; 5] = ["pending", "confirmed", "processing", "fulfilled", "cancelled"];

/// One row of every cube: its day, what picks its members, how many, and how much.
#[derive(Debug, Clone, Copy)]
struct Entry {
    day: i32,
    pick: usize,
    count: i64,
    cents: i64,
}

fn entries(count: std::ops::Range<i64>, cents: std::ops::Range<i64>) -> impl Strategy<Value = Vec<Entry>> {
    let entry = (0..DAYS, 0usize..10_000, count, cents);
    let entry = entry.prop_map(|(day, pick, count, cents)| Entry { day, pick, count, cents });
    prop::collection::vec(entry, 0..60)
}

fn of<'a>(names: &[&'a str], pick: usize, nth: usize) -> &'a str {
    names[pick / 7usize.pow(nth as u32) % names.len()]
}

/// A column of names and one of numbers: what it is called, and what it says of a row.
type Text<'a> = (&'a str, &'a dyn Fn(&Entry) -> &'static str);
type Number<'a> = (&'a str, &'a dyn Fn(&Entry) -> i64);

/// A frame of a row an entry: the names of its members, then its numbers.
fn frame(entries: &[Entry], texts: &[Text<'_>], numbers: &[Number<'_>]) -> DataFrame {
    let days = Column::new("day".into(), entries.iter().map(|d| d.day).collect::<Vec<_>>());
    let texts =
        texts.iter().map(|(name, text)| Column::new((*name).into(), entries.iter().map(text).collect::<Vec<_>>()));
    let numbers = numbers
        .iter()
        .map(|(name, number)| Column::new((*name).into(), entries.iter().map(number).collect::<Vec<_>>()));
    DataFrame::new(entries.len(), std::iter::once(days).chain(texts).chain(numbers).collect()).expect("a frame")
}

fn with_days(mut frame: DataFrame, name: &str, days: Vec<i32>) -> DataFrame {
    frame.with_column(Column::new(name.into(), days)).expect("a column");
    frame
}

fn cubes(entries: &[Entry]) -> Cubes {
    let mut entries = entries.to_vec();
    entries.sort_by_key(|d| d.day);
    let entries = &entries[..];
    let count: &dyn Fn(&Entry) -> i64 = &|d| d.count;
    let cents: &dyn Fn(&Entry) -> i64 = &|d| d.cents;
    let rep: Text<'_> = ("sales_rep", &|d| of(&REPS, d.pick, 1));
    let tier: Text<'_> = ("tier", &|d| of(&TIERS, d.pick, 2));
    let stage: Text<'_> = ("stage", &|d| of(&STAGES, d.pick, 0));
    let status: Text<'_> = ("status", &|d| of(&STATUSES, d.pick, 0));
    let basis: Text<'_> = ("basis", &|_| "observed");
    let began: Vec<i32> = entries.iter().map(|d| d.day - (d.pick % 30) as i32).collect();
    let moved: &dyn Fn(&Entry) -> i64 = &|d| d.cents.abs() * MOVEMENTS[d.pick % 5].1;
    Cubes {
        deal_flow: frame(
            entries,
            &[("event", &|d| of(&EVENTS, d.pick, 0)), rep, tier],
            &[("deals", count), ("value_cents", cents), ("days_to_close", count)],
        ),
        deal_stock: frame(
            entries,
            &[stage, rep],
            &[
                ("deals", count),
                ("value_cents", cents),
                ("weighted_cents", cents),
                ("probability", count),
                ("entered_day_sum", count),
            ],
        ),
        stock_days: (0..=DAYS).map(date_of).collect(),
        deal_cohort: frame(
            entries,
            &[stage, basis],
            &[("entered", count), ("advanced", count), ("won", count), ("completed", count), ("seconds", count)],
        ),
        customer_flow: frame(entries, &[("event", &|d| of(&CHANGES, d.pick, 0)), tier], &[("customers", count)]),
        customer_spell: with_days(frame(entries, &[], &[("customers", count)]), "entered_day", began.clone()),
        customer_stock: frame(entries, &[status, tier, rep], &[("customers", count)]),
        customer_cohort: frame(entries, &[status, basis], &[("entered", count), ("advanced", count)]),
        customer_life: DataFrame::new(
            entries.len(),
            vec![
                Column::new("status".into(), vec!["lead"; entries.len()]),
                Column::new("tier".into(), entries.iter().map(|d| of(&TIERS, d.pick, 2)).collect::<Vec<_>>()),
                Column::new("open_deals".into(), vec![0i64; entries.len()]),
                Column::new("is_live".into(), vec![true; entries.len()]),
                Column::new("band".into(), vec![1i64; entries.len()]),
                Column::new("customers".into(), vec![1i64; entries.len()]),
                Column::new("won_cents".into(), entries.iter().map(|d| d.cents).collect::<Vec<_>>()),
                Column::new("converted".into(), entries.iter().map(|d| i64::from(d.count != 0)).collect::<Vec<_>>()),
                Column::new("active_seconds".into(), entries.iter().map(|d| d.count * 1_000).collect::<Vec<_>>()),
            ],
        )
        .expect("a frame"),
        interaction: frame(
            entries,
            &[("type", &|d| of(&INTERACTION_TYPES, d.pick, 0)), ("outcome", &|d| of(&OUTCOMES, d.pick, 1))],
            &[("interactions", count), ("duration_seconds", count), ("durations", count)],
        ),
        follow_up: frame(entries, &[], &[("follow_ups", count)]),
        order: frame(
            entries,
            &[("status", &|d| of(&ORDERS, d.pick, 0))],
            &[("orders", count), ("amount_cents", cents)],
        ),
        subscription_stock: frame(entries, &[], &[("subscriptions", count), ("mrr_cents", moved)]),
        mrr_movement: with_days(
            frame(
                entries,
                &[("movement", &|d| MOVEMENTS[d.pick % 5].0)],
                &[("customers", count), ("net_cents", moved)],
            ),
            "paying_since",
            began,
        ),
        revenue: frame(entries, &[rep, tier], &[("sales", count), ("amount_cents", cents)]),
    }
}

fn period(from: i32, until: i32) -> Period {
    Period { from: date_of(from), until: date_of(until) }
}

/// Every metric over a period, and its days.
fn told(measures: &Measures<'_>, period: Period) -> Vec<(&'static str, Option<Figure>, Vec<i64>)> {
    let told = CATALOG.iter().map(|metric| {
        let figure = measures.figure(metric.name, period, true).expect("a figure");
        (metric.name, figure, measures.series(metric.name, period).expect("days"))
    });
    told.collect()
}

/// Sums of a period over sums of the same period: the parts of any split add up.
const RATIOS: [&str; 6] =
    ["win_rate", "win_rate_value", "avg_deal_value", "avg_days_to_close", "avg_order_value", "quick_ratio"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_members_of_every_dimension_sum_to_the_whole(entries in entries(0..5, -500..500), (from, length) in (0..DAYS, 0..DAYS)) {
        let cubes = cubes(&entries);
        let measures = Measures::new(&cubes).expect("cubes");
        let period = period(from, (from + length).min(DAYS));
        for metric in CATALOG.iter().filter(|m| m.name != "stage_reached") {
            let Some(whole) = measures.figure(metric.name, period, true).expect("a figure") else { continue };
            for dimension in metric.dimensions {
                let parts = measures.figures_by(metric.name, dimension, period, true).expect("figures");
                let sum: i64 = parts.values().map(|f| f.numerator).sum();
                prop_assert_eq!(sum, whole.numerator, "{} by {}", metric.name, dimension);
                if measures.is_ratio(metric.name) {
                    let sum: i64 = parts.values().map(|f| f.denominator).sum();
                    prop_assert_eq!(sum, whole.denominator, "{} by {}", metric.name, dimension);
                }
            }
        }
    }

    #[test]
    fn the_bridge_of_mrr_closes_to_the_cent(entries in entries(0..5, -500..500), (from, length) in (0..DAYS, 0..DAYS)) {
        let cubes = cubes(&entries);
        let measures = Measures::new(&cubes).expect("cubes");
        let period = period(from, (from + length).min(DAYS));
        let cents = |metric: &str| measures.figure(metric, period, true).expect("a figure").expect("a sum").numerator;
        let gained = cents("mrr_new") + cents("mrr_expansion") + cents("mrr_reactivation");
        let lost = cents("mrr_contraction") + cents("mrr_churn");
        prop_assert_eq!(cents("mrr_opening") + gained - lost, cents("mrr"));
    }

    #[test]
    fn ratios_recombine_over_any_split_of_a_period(entries in entries(0..5, -500..500), mut days in prop::array::uniform3(0..=DAYS)) {
        days.sort_unstable();
        let cubes = cubes(&entries);
        let measures = Measures::new(&cubes).expect("cubes");
        for metric in RATIOS {
            let figure = |from, until| measures.figure(metric, period(from, until), true).expect("a figure").expect("a ratio");
            let (whole, first, second) = (figure(days[0], days[2]), figure(days[0], days[1]), figure(days[1], days[2]));
            prop_assert_eq!(first.numerator + second.numerator, whole.numerator, "{}", metric);
            prop_assert_eq!(first.denominator + second.denominator, whole.denominator, "{}", metric);
        }
    }

    #[test]
    fn rows_of_zero_change_nothing(entries in entries(1..5, -500..500), zeros in entries(0..1, 0..1), (from, length) in (0..DAYS, 0..DAYS)) {
        let (cubes, more) = (cubes(&entries), cubes(&[entries, zeros].concat()));
        let period = period(from, (from + length).min(DAYS));
        let (few, many) = (Measures::new(&cubes).expect("cubes"), Measures::new(&more).expect("cubes"));
        prop_assert_eq!(told(&few, period), told(&many, period));
    }
}
