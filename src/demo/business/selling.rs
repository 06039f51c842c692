//! Deals: opened, moved through their stages, won or lost.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::account::{Account, World, deal_source};
use super::calendar::{closing, later, moment, plus, workday};
use super::dice::Dice;
use super::goods::in_currency;
use super::staff::{Rep, price_level, win_chance};
use super::tables::Deal;

/// The open stages in their order, with the probability a rep writes down and the share of the way they take.
pub(super) const OPEN_STAGES: [(&str, i32, f64); 4] =
    [("lead", 10, 0.22), ("qualified", 25, 0.26), ("proposal", 50, 0.30), ("negotiation", 75, 0.22)];

pub(super) const WIN_REASONS: &[(Option<&str>, f64)] = &[
    (Some("product fit"), 30.0),
    (Some("price"), 22.0),
    (Some("relationship"), 20.0),
    (Some("service"), 12.0),
    (None, 16.0),
];

/// One in eight is lost without anybody writing why.
pub(super) const LOSS_REASONS: &[(Option<&str>, f64)] = &[
    (Some("price"), 27.0),
    (Some("competitor"), 21.0),
    (Some("no decision"), 17.0),
    (Some("budget cut"), 12.0),
    (Some("timing"), 7.0),
    (Some("missing feature"), 4.0),
    (None, 12.0),
];

/// What a first sale led to.
#[derive(Debug)]
pub(super) struct Sale {
    pub(super) converted_at: Option<DateTime<Utc>>,
}

/// The deals before somebody is a customer. With a deal, the conversion is the moment it is won.
pub(super) fn sell(world: &mut World<'_>, dice: &mut Dice, account: &Account<'_>) -> Sale {
    let Some(prospect_at) = account.prospect_at else { return Sale { converted_at: None } };
    let opened_at = prospect_at + TimeDelta::seconds(dice.between(60.0, 4_000.0) as i64);
    if !account.has_deal {
        return Sale { converted_at: account.converted_at };
    }
    if account.converted_at.is_none() {
        // A prospect who never buys: a deal that is lost in the end, now and then a second try.
        if dice.chance(0.95) {
            let lost_at = pursue(world, dice, account, Plan { opened_at, is_won: false, is_first: true });
            if dice.chance(0.45) {
                let again_at = later(dice, lost_at, 60.0);
                pursue(world, dice, account, Plan { opened_at: again_at, is_won: false, is_first: true });
            }
        }
        return Sale { converted_at: None };
    }
    // The harder the sale, the likelier that a first attempt came to nothing.
    let chance = win_chance(account.rep.skill, account.size, deal_source(account.source));
    let mut opened_at = opened_at;
    if dice.chance(0.75 * (1.0 - chance)) {
        let lost_at = pursue(world, dice, account, Plan { opened_at, is_won: false, is_first: true });
        opened_at = later(dice, lost_at, 35.0);
    }
    Sale { converted_at: Some(pursue(world, dice, account, Plan { opened_at, is_won: true, is_first: true })) }
}

/// The deals of somebody who is a customer already.
pub(super) fn expand(world: &mut World<'_>, dice: &mut Dice, account: &Account<'_>) {
    let Some(converted_at) = account.converted_at else { return };
    let until = account.churned_at.unwrap_or(world.spec.end_at());
    let every_days = EXPANSION_DAYS * if account.tier == "free" { 2.0 } else { 1.0 };
    let mut opened_at = converted_at;
    loop {
        let pause = -dice.between(f64::EPSILON, 1.0).ln() * every_days;
        opened_at = later(dice, opened_at, 45.0 + pause);
        if opened_at >= until {
            return;
        }
        let is_won = dice.chance(win_chance(account.rep.skill, account.size, deal_source(account.source)));
        pursue(world, dice, account, Plan { opened_at, is_won, is_first: false });
    }
}

/// How long a customer goes without asking for more, on average.
const EXPANSION_DAYS: f64 = 400.0;

/// What a deal is to become.
struct Plan {
    opened_at: DateTime<Utc>,
    is_won: bool,
    is_first: bool,
}

/// Writes a deal as it stands at the end of the history; says when it closes or would have closed.
fn pursue(world: &mut World<'_>, dice: &mut Dice, account: &Account<'_>, plan: Plan) -> DateTime<Utc> {
    let Plan { opened_at, is_won, is_first } = plan;
    let end = world.spec.end_at();
    let days = dice.log_normal(cycle_days(account.size), 0.45) * if is_won { 1.0 } else { 1.6 };
    let heading_for = plus(opened_at.date_naive(), days.max(2.0) as u64);
    let expected_close_date = plus(opened_at.date_naive(), (days * dice.between(0.6, 1.3)).max(3.0) as u64);
    let (closed_at, is_won) = match (account.churned_at, close_at(dice, opened_at, heading_for)) {
        // Nobody buys more after they have left.
        (Some(left_at), closed_at) if left_at < closed_at => (left_at.max(opened_at), false),
        (_, closed_at) => (closed_at, is_won),
    };
    if opened_at >= end {
        return closed_at;
    }
    let (stage, probability, moved_at) = if closed_at < end {
        if is_won { ("closed_won", 100, closed_at) } else { ("closed_lost", 0, closed_at) }
    } else {
        let way = (end - opened_at).num_seconds() as f64 / (closed_at - opened_at).num_seconds() as f64;
        stage_at(opened_at, way, closed_at)
    };
    let is_closed = closed_at < end;
    let reasons = if is_won { WIN_REASONS } else { LOSS_REASONS };
    let deleted_at = dice.chance(0.012).then(|| later(dice, moved_at, 12.0)).filter(|at| *at < end);
    // A closed deal stays with whoever closed it; an open one goes to the successor.
    let owner_at = if is_closed { closed_at } else { end - TimeDelta::seconds(1) };
    let owner = world.staff.successor(dice, account.rep, owner_at);
    let value_cents = value(dice, world, account, (opened_at, owner, is_first));
    let id = dice.id(opened_at);
    if opened_at < end {
        world.tables.deals.push(&Deal {
            id,
            customer_id: account.id,
            company_id: account.company_id,
            name: deal_name(dice, &account.company_name, is_first),
            value_cents,
            currency: account.currency,
            stage,
            probability,
            source: deal_source(account.source),
            expected_close_date,
            actual_close_date: is_closed.then(|| closed_at.date_naive()),
            assigned_to: Some(owner.id),
            close_reason: if is_closed { dice.weighted(reasons) } else { None },
            created_at: opened_at,
            updated_at: deleted_at.unwrap_or(moved_at),
            deleted_at,
        });
    }
    closed_at
}

fn close_at(dice: &mut Dice, opened_at: DateTime<Utc>, heading_for: NaiveDate) -> DateTime<Utc> {
    let pulled = closing(dice, heading_for);
    let closes_on = if pulled > opened_at.date_naive() { pulled } else { heading_for };
    let closes_on = workday(dice, closes_on);
    moment(dice, closes_on).max(opened_at + TimeDelta::hours(3))
}

/// The stage a deal has reached after a share of its way, and since when.
fn stage_at(opened_at: DateTime<Utc>, way: f64, closed_at: DateTime<Utc>) -> (&'static str, i32, DateTime<Utc>) {
    let mut entered = 0.0;
    for (stage, probability, share) in OPEN_STAGES {
        if way < entered + share || stage == "negotiation" {
            let since = (closed_at - opened_at).num_seconds() as f64 * entered;
            return (stage, probability, opened_at + TimeDelta::seconds(since as i64));
        }
        entered += share;
    }
    unreachable!("the last open stage takes the rest of the way")
}

/// How long a deal of this size takes.
pub(super) fn cycle_days(size: &str) -> f64 {
    match size {
        "micro" => 22.0,
        "small" => 32.0,
        "medium" => 50.0,
        "large" => 72.0,
        _ => 96.0,
    }
}

/// What a deal of this size is worth, in dollars.
pub(super) fn typical_dollars(size: &str) -> f64 {
    match size {
        "micro" => 5_500.0,
        "small" => 11_000.0,
        "medium" => 21_000.0,
        "large" => 38_000.0,
        _ => 66_000.0,
    }
}

fn value(
    dice: &mut Dice,
    world: &World<'_>,
    account: &Account<'_>,
    (opened_at, owner, is_first): (DateTime<Utc>, &Rep, bool),
) -> i64 {
    let level = price_level(world.spec, opened_at) * if is_first { 1.0 } else { 0.7 } * (1.0 + owner.skill * 0.1);
    round_value(dice.log_normal(typical_dollars(account.size) * level, 0.42), account.currency)
}

/// Dollars as a rep writes them down, in the deal's currency and in cents.
pub(super) fn round_value(dollars: f64, currency: &str) -> i64 {
    in_currency((dollars * 100.0) as i64, currency) / 5_000 * 5_000
}

/// What a rep calls a deal.
pub(super) fn deal_name(dice: &mut Dice, company: &str, is_first: bool) -> String {
    let first = ["Rollout", "Pilot", "Site equipment", "Monitoring", "Platform"];
    let more = ["Expansion", "Second site", "Upgrade", "Renewal", "Additional lines"];
    let what = dice.pick(if is_first { &first } else { &more });
    if company.is_empty() { (*what).to_owned() } else { format!("{company} – {what}") }
}
