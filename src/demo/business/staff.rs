//! The people who sell: hired over time, good and less good at it, one of them gone.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::BusinessSpec;
use super::calendar::{growth, later, minus, moment, plus};
use super::dice::Dice;
use super::names::country;
use super::tables::{Profile, Tables, User};

/// Who can be given a customer.
#[derive(Debug, Default)]
pub(super) struct Staff {
    pub(super) reps: Vec<Rep>,
}

/// One sales rep.
#[derive(Debug, Clone)]
pub(super) struct Rep {
    pub(super) id: Uuid,
    /// Added to the log-odds of a win; 0 is average.
    pub(super) skill: f64,
    /// How many customers they take on, against their colleagues.
    capacity: f64,
    pub(super) hired_at: DateTime<Utc>,
    pub(super) left_at: Option<DateTime<Utc>>,
}

impl Rep {
    /// A rep whose talents follow from the seed and their id.
    pub(super) fn of(seed: u64, id: Uuid, hired_at: DateTime<Utc>, left_at: Option<DateTime<Utc>>) -> Rep {
        let mut dice = Dice::of(seed, "rep", id.as_u128());
        Rep { id, skill: dice.normal(0.45), capacity: dice.log_normal(1.0, 0.35), hired_at, left_at }
    }

    fn works_at(&self, at: DateTime<Utc>) -> bool {
        self.hired_at <= at && self.left_at.is_none_or(|left| at < left)
    }
}

impl Staff {
    /// Hires everybody the history needs: most at its start, the rest as the business grows.
    pub(super) fn hire(spec: &BusinessSpec, tables: &mut Tables) -> Staff {
        let count = (12 + spec.customers / 110).min(40) as usize;
        let mut staff = Staff::default();
        let end = spec.end_at();
        let days = (spec.end_date() - spec.start_date()).num_days() as f64;
        for number in 0..count {
            let mut dice = Dice::of(spec.seed, "hire", number as u128);
            let share = number as f64 / count as f64;
            // The founders were there before the first customer.
            let hired_on = if share < 0.6 {
                minus(spec.start_date(), 1 + dice.below(60) as u64)
            } else {
                plus(spec.start_date(), ((share - 0.6) / 0.4 * days * 0.85) as u64)
            };
            let hired_at = moment(&mut dice, hired_on);
            let left_at = (number == 3).then(|| later(&mut dice, hired_at, days * 0.7)).filter(|left| *left < end);
            let id = employ(&mut dice, tables, Employment { number, hired_at, left_at, end });
            staff.reps.push(Rep::of(spec.seed, id, hired_at, left_at));
        }
        staff
    }

    /// Somebody who works at that time.
    pub(super) fn assign(&self, dice: &mut Dice, at: DateTime<Utc>) -> Option<&Rep> {
        let present: Vec<(&Rep, f64)> =
            self.reps.iter().filter(|rep| rep.works_at(at)).map(|rep| (rep, rep.capacity)).collect();
        if present.is_empty() { None } else { Some(dice.weighted(&present)) }
    }

    /// `rep`, or whoever took over from them once they had left.
    pub(super) fn successor<'a>(&'a self, dice: &mut Dice, rep: &'a Rep, at: DateTime<Utc>) -> &'a Rep {
        if rep.works_at(at) { rep } else { self.assign(dice, at).unwrap_or(rep) }
    }
}

/// A contract: the how-manieth, from when, until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Employment {
    pub(super) number: usize,
    pub(super) hired_at: DateTime<Utc>,
    pub(super) left_at: Option<DateTime<Utc>>,
    /// Until when anything is known.
    pub(super) end: DateTime<Utc>,
}

/// Writes a rep's login and profile; one in fifteen never filled in a profile.
pub(super) fn employ(dice: &mut Dice, tables: &mut Tables, employment: Employment) -> Uuid {
    let Employment { number, hired_at, left_at, end } = employment;
    let id = dice.id(hired_at);
    let person = country(dice).person(dice);
    let seen = left_at.unwrap_or(end) - TimeDelta::minutes(dice.between(30.0, 2_000.0) as i64);
    let updated_at = left_at.unwrap_or(hired_at);
    tables.users.push(&User {
        id,
        email: format!("{}.{}@promenade.example", person.mailbox, number + 1),
        password_hash: "!",
        status: if left_at.is_some() { "inactive" } else { "active" },
        last_login_at: (seen > hired_at).then_some(seen),
        created_at: hired_at,
        updated_at,
    });
    if number % 15 != 14 {
        let profile = dice.id(hired_at);
        let created_at = hired_at;
        let row = Profile { id: profile, user_id: id, display_name: person.name, created_at, updated_at: created_at };
        tables.profiles.push(&row);
    }
    id
}

/// How likely a deal is won, from the rep's skill, the company's size and where the deal came from.
pub(super) fn win_chance(skill: f64, size: &str, source: &str) -> f64 {
    let size = match size {
        "micro" => 0.35,
        "small" => 0.2,
        "large" => -0.25,
        "enterprise" => -0.5,
        _ => 0.0,
    };
    let source = match source {
        "referral" => 0.7,
        "partner" => 0.35,
        "outbound" => -0.45,
        "advertising" => -0.3,
        "event" => 0.05,
        _ => 0.1,
    };
    1.0 / (1.0 + (-(WIN_LOG_ODDS + skill + size + source)).exp())
}

/// The log-odds of the average deal.
const WIN_LOG_ODDS: f64 = 0.45;

/// How much larger deals have become since the start: prices follow the trend, slowly.
pub(super) fn price_level(spec: &BusinessSpec, at: DateTime<Utc>) -> f64 {
    growth(at.date_naive(), spec.start_date()).powf(0.4)
}
