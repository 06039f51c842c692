//! One customer's whole life: who they are, how they came, what became of them.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::calendar::later;
use super::dice::Dice;
use super::goods::Goods;
use super::names::{Country, country};
use super::record::Tags;
use super::staff::{Rep, Staff, win_chance};
use super::stock::Demand;
use super::tables::{Company, Customer, Profile, Tables, User};
use super::{BusinessSpec, billing, contact, ordering, selling};

/// What every life happens in, and where its rows go.
pub(super) struct World<'a> {
    pub(super) spec: &'a BusinessSpec,
    pub(super) staff: &'a Staff,
    pub(super) goods: &'a Goods,
    pub(super) tables: &'a mut Tables,
    pub(super) demand: &'a mut Demand,
    /// The latest companies: some customers are colleagues, some companies have a mother.
    pub(super) neighbours: VecDeque<Employer>,
}

/// The company a customer works for.
#[derive(Debug, Clone)]
pub(super) struct Employer {
    pub(super) id: Uuid,
    name: String,
    domain: String,
    pub(super) size: &'static str,
    country: &'static Country,
}

/// A customer, as far as their rows in other tables need to know.
#[derive(Debug)]
pub(super) struct Account<'a> {
    pub(super) number: u32,
    pub(super) id: Uuid,
    pub(super) company_id: Option<Uuid>,
    pub(super) company_name: String,
    pub(super) size: &'static str,
    pub(super) currency: &'static str,
    pub(super) source: &'static str,
    pub(super) tier: &'static str,
    pub(super) rep: &'a Rep,
    pub(super) created_at: DateTime<Utc>,
    pub(super) prospect_at: Option<DateTime<Utc>>,
    pub(super) converted_at: Option<DateTime<Utc>>,
    /// The conversion was a deal won, not a purchase by themselves.
    pub(super) has_deal: bool,
    pub(super) churned_at: Option<DateTime<Utc>>,
}

/// Writes the life of customer `number`, who first showed up at `created_at`.
pub(super) fn live(world: &mut World<'_>, number: u32, created_at: DateTime<Utc>) {
    let mut dice = Dice::of(world.spec.seed, "customer", u128::from(number));
    let end = world.spec.end_at();
    let id = dice.id(created_at);
    let employer = dice.chance(0.92).then(|| employer(world, &mut dice, created_at));
    let land = employer.as_ref().map_or_else(|| country(&mut dice), |employer| employer.country);
    let size = employer.as_ref().map_or("micro", |employer| employer.size);
    let source = dice.weighted(SOURCES);
    let Some(rep) = world.staff.assign(&mut dice, created_at) else { return };
    let course = Course::of(&mut dice, rep, (size, source), created_at);
    let before_end = |at: Option<DateTime<Utc>>| at.filter(|at| *at < end);
    let account = Account {
        number,
        id,
        company_id: employer.as_ref().map(|employer| employer.id),
        company_name: employer.as_ref().map(|employer| employer.name.clone()).unwrap_or_default(),
        size,
        currency: land.currency,
        source,
        tier: "free",
        rep,
        created_at,
        prospect_at: before_end(course.prospect_at),
        converted_at: course.converted_at,
        has_deal: course.has_deal,
        churned_at: None,
    };
    let sale = selling::sell(world, &mut dice, &account);
    let converted_at = before_end(sale.converted_at);
    let tier = if converted_at.is_some() { dice.weighted(tiers(size)) } else { early_tier(&mut dice) };
    let churned_at = converted_at.and_then(|at| before_end(churn(&mut dice, tier, at)));
    let account = Account { converted_at, tier, churned_at, ..account };
    let last_contacted_at = contact::talk(world, &mut dice, &account);
    if converted_at.is_some() {
        selling::expand(world, &mut dice, &account);
        ordering::order(world, &mut dice, &account);
        billing::subscribe(world, &mut dice, &account);
    }
    write_customer(
        world,
        &mut dice,
        Portrait { account: &account, employer: employer.as_ref(), land, last_contacted_at },
    );
}

/// How a life would go if nothing ended it.
struct Course {
    prospect_at: Option<DateTime<Utc>>,
    converted_at: Option<DateTime<Utc>>,
    has_deal: bool,
}

impl Course {
    fn of(dice: &mut Dice, rep: &Rep, (size, source): (&str, &str), created_at: DateTime<Utc>) -> Course {
        let is_interested = dice.chance(0.74);
        let prospect_days = dice.log_normal(12.0, 0.8);
        let prospect_at = later(dice, created_at, prospect_days);
        // Small companies buy by themselves; a deal is for those who want to talk.
        let has_deal = dice.chance(if matches!(size, "micro") { 0.42 } else { 0.72 });
        let converts = dice.chance(0.53 + 0.45 * win_chance(rep.skill, size, deal_source(source)));
        let decision_days = dice.log_normal(20.0, 0.7);
        let converted_at = later(dice, prospect_at, decision_days);
        Course {
            prospect_at: is_interested.then_some(prospect_at),
            converted_at: (is_interested && converts).then_some(converted_at),
            has_deal,
        }
    }
}

/// The deal source that fits how a customer came.
pub(super) fn deal_source(source: &str) -> &'static str {
    match source {
        "referral" => "referral",
        "cold_call" => "outbound",
        "event" => "event",
        "partner" => "partner",
        "advertising" => "advertising",
        _ => "inbound",
    }
}

pub(super) const SOURCES: &[(&str, f64)] = &[
    ("website", 34.0),
    ("referral", 20.0),
    ("cold_call", 15.0),
    ("event", 12.0),
    ("partner", 10.0),
    ("advertising", 9.0),
];

/// Which tier a new customer of this size takes.
pub(super) fn tiers(size: &str) -> &'static [(&'static str, f64)] {
    match size {
        "micro" => &[("free", 38.0), ("basic", 45.0), ("pro", 16.0), ("enterprise", 1.0)],
        "small" => &[("free", 24.0), ("basic", 48.0), ("pro", 26.0), ("enterprise", 2.0)],
        "medium" => &[("free", 14.0), ("basic", 38.0), ("pro", 42.0), ("enterprise", 6.0)],
        _ => &[("free", 6.0), ("basic", 20.0), ("pro", 46.0), ("enterprise", 28.0)],
    }
}

/// Who only looks around is on the free tier, or tries a better one.
fn early_tier(dice: &mut Dice) -> &'static str {
    dice.weighted(&[("free", 78.0), ("basic", 16.0), ("pro", 6.0)])
}

/// What share of the customers of a tier leave in a year.
pub(super) fn churn_per_year(tier: &str) -> f64 {
    match tier {
        "free" => 0.16,
        "basic" => 0.125,
        "pro" => 0.08,
        _ => 0.045,
    }
}

pub(super) const CHURN_REASONS: &[(Option<&str>, f64)] = &[
    (Some("price"), 26.0),
    (Some("competitor"), 20.0),
    (Some("no longer needed"), 18.0),
    (Some("missing feature"), 12.0),
    (Some("service"), 8.0),
    (Some("company closed"), 6.0),
    (None, 10.0),
];

fn churn(dice: &mut Dice, tier: &str, converted_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    // Nobody leaves in the first two months; from then on the hazard is level.
    let years = -dice.between(f64::EPSILON, 1.0).ln() / churn_per_year(tier);
    (years < 20.0).then(|| later(dice, converted_at, 60.0 + years * 365.25))
}

/// A company: a colleague's, or a new one.
fn employer(world: &mut World<'_>, dice: &mut Dice, at: DateTime<Utc>) -> Employer {
    if !world.neighbours.is_empty() && dice.chance(0.09) {
        return world.neighbours[dice.below(world.neighbours.len())].clone();
    }
    let parent = (!world.neighbours.is_empty() && dice.chance(0.05))
        .then(|| world.neighbours[dice.below(world.neighbours.len())].id);
    let employer = found(dice, world.tables, at, parent);
    world.neighbours.push_back(employer.clone());
    if world.neighbours.len() > NEIGHBOURS_MAX {
        world.neighbours.pop_front();
    }
    employer
}

/// Enough for variety; bounded, since a history may have many thousands of companies.
const NEIGHBOURS_MAX: usize = 24;

/// Writes a new company.
pub(super) fn found(dice: &mut Dice, tables: &mut Tables, at: DateTime<Utc>, parent: Option<Uuid>) -> Employer {
    let country = country(dice);
    let (name, legal_name, domain) = country.company(dice);
    let (size, staff_low, staff_high) = dice.weighted(SIZES);
    let employee_count = dice.between(staff_low, staff_high) as i32;
    let created_at = at - TimeDelta::seconds(dice.between(20.0, 90.0) as i64);
    let id = dice.id(created_at);
    let revenue_each = dice.log_normal(150_000.0, 0.4);
    tables.companies.push(&Company {
        id,
        name: name.clone(),
        legal_name,
        r#type: dice.weighted(&[("customer", 8.0), ("partner", 1.0), ("reseller", 1.0)]),
        industry: dice.weighted(INDUSTRIES),
        size,
        employee_count,
        revenue: (f64::from(employee_count) * revenue_each) as i64 / 1_000 * 100_000,
        currency: country.currency,
        city: country.city(dice),
        state_province: None,
        country: country.code,
        parent_company_id: parent,
        created_at,
        updated_at: created_at,
    });
    Employer { id, name, domain, size, country }
}

/// Size, and between how many and how many people.
const SIZES: &[((&str, f64, f64), f64)] = &[
    (("micro", 1.0, 10.0), 24.0),
    (("small", 10.0, 50.0), 34.0),
    (("medium", 50.0, 250.0), 25.0),
    (("large", 250.0, 1_000.0), 12.0),
    (("enterprise", 1_000.0, 9_000.0), 5.0),
];

const INDUSTRIES: &[(&str, f64)] = &[
    ("manufacturing", 22.0),
    ("retail", 14.0),
    ("logistics", 13.0),
    ("healthcare", 11.0),
    ("technology", 11.0),
    ("food", 9.0),
    ("energy", 8.0),
    ("hospitality", 6.0),
    ("public sector", 6.0),
];

/// What the customer's own row is made of.
struct Portrait<'a> {
    account: &'a Account<'a>,
    employer: Option<&'a Employer>,
    land: &'static Country,
    last_contacted_at: Option<DateTime<Utc>>,
}

fn write_customer(world: &mut World<'_>, dice: &mut Dice, portrait: Portrait<'_>) {
    let Portrait { account, employer, land, last_contacted_at } = portrait;
    let end = world.spec.end_at();
    let known = [account.prospect_at, account.converted_at, account.churned_at, last_contacted_at];
    let mut updated_at = known.into_iter().flatten().fold(account.created_at, DateTime::max);
    // A few rows were test data or duplicates, and are softly gone.
    let deleted_at = dice.chance(0.012).then(|| later(dice, updated_at, 20.0)).filter(|at| *at < end);
    updated_at = deleted_at.unwrap_or(updated_at);
    let identity = Identity::of(dice, employer, land, account.number.to_string());
    let status = match (account.churned_at, account.converted_at, account.prospect_at) {
        (Some(_), _, _) => "churned",
        (None, Some(_), _) => "customer",
        (None, None, Some(_)) => "prospect",
        (None, None, None) => "lead",
    };
    let portal = account.converted_at.filter(|_| account.tier != "free" && dice.chance(0.3));
    let user_id = portal.map(|at| open_portal(dice, world.tables, &identity, at));
    let assigned_to = world.staff.successor(dice, account.rep, end - TimeDelta::seconds(1)).id;
    world.tables.customers.push(&Customer {
        id: account.id,
        user_id,
        company_id: account.company_id,
        name: identity.name,
        email: identity.email,
        phone: identity.phone,
        status,
        tier: account.tier,
        source: account.source,
        assigned_to: (!(status == "lead" && dice.chance(0.12))).then_some(assigned_to),
        tags: tags(dice, account.size, status),
        created_at: account.created_at,
        updated_at,
        last_contacted_at,
        converted_at: account.converted_at,
        churned_at: account.churned_at,
        churn_reason: account.churned_at.and_then(|_| dice.weighted(CHURN_REASONS)),
        deleted_at,
    });
}

/// A customer's name and addresses.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: String,
}

impl Identity {
    /// Somebody of this company; `tag` keeps addresses apart.
    fn of(dice: &mut Dice, employer: Option<&Employer>, land: &Country, tag: String) -> Identity {
        let person = land.person(dice);
        let domain = employer.map_or("mail.example", |employer| employer.domain.as_str());
        let email = format!("{}.{tag}@{domain}", person.mailbox);
        Identity { name: person.name, email, phone: land.phone(dice) }
    }

    /// Somebody of a new company, on a lived day.
    pub(super) fn at(dice: &mut Dice, employer: &Employer, tag: String) -> Identity {
        Identity::of(dice, Some(employer), employer.country, tag)
    }
}

fn open_portal(dice: &mut Dice, tables: &mut Tables, identity: &Identity, at: DateTime<Utc>) -> Uuid {
    let id = dice.id(at);
    tables.users.push(&User {
        id,
        email: identity.email.clone(),
        password_hash: "!",
        status: "active",
        last_login_at: None,
        created_at: at,
        updated_at: at,
    });
    let (profile, display_name) = (dice.id(at), identity.name.clone());
    tables.profiles.push(&Profile { id: profile, user_id: id, display_name, created_at: at, updated_at: at });
    id
}

/// A few words somebody typed.
pub(super) fn tags(dice: &mut Dice, size: &str, status: &str) -> Tags {
    let mut words = Vec::new();
    if matches!(size, "large" | "enterprise") {
        words.push("key account");
    }
    if status == "customer" && dice.chance(0.15) {
        words.push("reference");
    }
    for (word, chance) in [("newsletter", 0.4), ("beta", 0.08), ("pilot", 0.06), ("vip", 0.04)] {
        if dice.chance(chance) {
            words.push(word);
        }
    }
    Tags(words)
}
