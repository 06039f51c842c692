//! Open deals: moved on, valued anew, put off, handed over, won or lost.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use uuid::Uuid;

use super::{Day, failed};
use crate::demo::DemoError;
use crate::demo::business::calendar::plus;
use crate::demo::business::dice::Dice;
use crate::demo::business::selling::{LOSS_REASONS, OPEN_STAGES, WIN_REASONS, cycle_days};
use crate::demo::business::staff::win_chance;

/// An open deal in the morning, and as it will be in the evening.
#[derive(Debug, Clone, sqlx::FromRow)]
struct Open {
    id: Uuid,
    customer_id: Uuid,
    size: String,
    stage: String,
    source: String,
    value_cents: i64,
    assigned_to: Option<Uuid>,
    expected_close_date: Option<NaiveDate>,
    age_days: i32,
    has_left: bool,
}

/// What becomes of a deal today.
struct Move {
    stage: &'static str,
    probability: i32,
    reason: Option<&'static str>,
}

/// Works on every open deal.
pub(super) async fn move_deals(day: &mut Day<'_>) -> Result<(), DemoError> {
    let open: Vec<Open> = sqlx::query_as(include_str!("deals.sql"))
        .bind(day.date)
        .fetch_all(&mut *day.connection)
        .await
        .map_err(|source| failed("read the open deals", source))?;
    let mut moved: Vec<(Open, Move, DateTime<Utc>)> = Vec::new();
    for deal in open {
        let mut dice = day.dice("deal", deal.id);
        let at = day.moment(&mut dice);
        let step = step(day, &mut dice, &deal);
        let mut evening = deal.clone();
        let is_reworked = rework(day, &mut dice, &mut evening);
        match step {
            Some(step) => moved.push((evening, step, at)),
            None if is_reworked => {
                let (stage, probability, _) = open_stage(&deal.stage);
                moved.push((evening, Move { stage, probability, reason: None }, at));
            }
            None => {}
        }
    }
    let done = sqlx::query(include_str!("deals_update.sql"))
        .bind(moved.iter().map(|(deal, ..)| deal.id).collect::<Vec<_>>())
        .bind(moved.iter().map(|(_, step, _)| step.stage).collect::<Vec<_>>())
        .bind(moved.iter().map(|(_, step, _)| step.probability).collect::<Vec<_>>())
        .bind(moved.iter().map(|(deal, ..)| deal.value_cents).collect::<Vec<_>>())
        .bind(moved.iter().map(|(deal, ..)| deal.assigned_to).collect::<Vec<_>>())
        .bind(moved.iter().map(|(deal, ..)| deal.expected_close_date).collect::<Vec<_>>())
        .bind(moved.iter().map(|(_, step, _)| step.reason).collect::<Vec<_>>())
        .bind(moved.iter().map(|(.., at)| *at).collect::<Vec<_>>())
        .bind(day.date)
        .execute(&mut *day.connection)
        .await;
    day.count("move deals", done)?;
    let won = moved.iter().filter(|(_, step, _)| step.stage == "closed_won");
    let (customers, at): (Vec<Uuid>, Vec<DateTime<Utc>>) = won.map(|(deal, _, at)| (deal.customer_id, *at)).unzip();
    let done =
        sqlx::query(include_str!("deals_convert.sql")).bind(customers).bind(at).execute(&mut *day.connection).await;
    day.count("convert customers", done)
}

/// The stage's name, its probability, and its share of the way.
fn open_stage(stage: &str) -> (&'static str, i32, f64) {
    OPEN_STAGES.into_iter().find(|(name, ..)| *name == stage).unwrap_or(OPEN_STAGES[0])
}

fn step(day: &Day<'_>, dice: &mut Dice, deal: &Open) -> Option<Move> {
    if deal.has_left {
        return Some(Move { stage: "closed_lost", probability: 0, reason: Some("no decision") });
    }
    let (name, _, share) = open_stage(&deal.stage);
    // In the last week of a quarter what is nearly there gets there.
    let hurry =
        if day.date.month().is_multiple_of(3) && day.date.day() > 23 && name == "negotiation" { 2.5 } else { 1.0 };
    let hazard = hurry * day.pace() / (cycle_days(&deal.size) * share);
    if dice.chance(hazard.min(0.9)) {
        let next = OPEN_STAGES.iter().skip_while(|(stage, ..)| *stage != name).nth(1);
        return Some(match next {
            Some((stage, probability, _)) => Move { stage, probability: *probability, reason: None },
            None => close(day, dice, deal),
        });
    }
    // What has gone on for long is given up, at any stage.
    let patience = cycle_days(&deal.size) * 3.0;
    let is_given_up = dice.chance(day.pace() * if f64::from(deal.age_days) > patience { 0.06 } else { 0.0035 });
    is_given_up.then(|| Move { stage: "closed_lost", probability: 0, reason: dice.weighted(LOSS_REASONS) })
}

fn close(day: &Day<'_>, dice: &mut Dice, deal: &Open) -> Move {
    let owner = day.staff.reps.iter().find(|rep| Some(rep.id) == deal.assigned_to);
    let chance = win_chance(owner.map_or(0.0, |rep| rep.skill), &deal.size, &deal.source);
    // Whoever got this far is likelier to buy than the average deal.
    if dice.chance(chance + (1.0 - chance) * 0.35) {
        Move { stage: "closed_won", probability: 100, reason: dice.weighted(WIN_REASONS) }
    } else {
        Move { stage: "closed_lost", probability: 0, reason: dice.weighted(LOSS_REASONS) }
    }
}

/// The smaller changes of a deal: its value, its date, its owner. True when there was one.
fn rework(day: &Day<'_>, dice: &mut Dice, deal: &mut Open) -> bool {
    let before = (deal.value_cents, deal.expected_close_date, deal.assigned_to);
    if dice.chance(0.012 * day.pace()) {
        deal.value_cents = ((deal.value_cents as f64 * dice.between(0.8, 1.2)) as i64 / 5_000 * 5_000).max(5_000);
    }
    if deal.expected_close_date.is_none_or(|date| date < day.date) && dice.chance(0.15 * day.pace()) {
        deal.expected_close_date = Some(plus(day.date, 7 + dice.below(35) as u64));
    }
    let has_left = |id: Uuid| day.staff.reps.iter().any(|rep| rep.id == id && rep.left_at.is_some());
    if dice.chance(if deal.assigned_to.is_none_or(has_left) { 0.3 } else { 0.003 } * day.pace()) {
        let morning = day.moment(dice);
        deal.assigned_to = day.staff.assign(dice, morning).map(|rep| rep.id).or(deal.assigned_to);
    }
    before != (deal.value_cents, deal.expected_close_date, deal.assigned_to)
}
