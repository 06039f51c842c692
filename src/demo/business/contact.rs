//! Interactions: calls, mails, meetings, notes, and what came of them.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::account::{Account, World};
use super::calendar::later;
use super::dice::Dice;
use super::tables::Interaction;

/// Writes every contact of a life; gives the time of the last.
pub(super) fn talk(world: &mut World<'_>, dice: &mut Dice, account: &Account<'_>) -> Option<DateTime<Utc>> {
    let until = account.churned_at.unwrap_or(world.spec.end_at());
    let interest = account.prospect_at.unwrap_or(account.created_at);
    let mut last = None;
    let mut at = account.created_at;
    let mut silent = 0;
    loop {
        let phase_days = match account.converted_at {
            Some(converted) if at >= converted => 75.0,
            _ if at >= interest && account.prospect_at.is_some() => 14.0,
            _ => 9.0,
        };
        let pause = dice.log_normal(phase_days, 0.7);
        at = later(dice, at, pause);
        // Who never became a customer is called a few times, then no more.
        silent += u32::from(account.converted_at.is_none_or(|converted| at < converted));
        if at >= until || silent > 7 {
            return last;
        }
        let rep = world.staff.successor(dice, account.rep, at);
        let contact = Contact { customer_id: account.id, company_id: account.company_id, by: rep.id, at };
        let row = interaction(dice, contact, account.converted_at.is_some_and(|converted| at >= converted));
        let row = Interaction {
            deleted_at: dice.chance(0.006).then(|| later(dice, at, 4.0)).filter(|at| *at < world.spec.end_at()),
            ..row
        };
        last = (row.r#type != "note").then_some(at).or(last);
        world.tables.interactions.push(&row);
    }
}

/// Between whom, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contact {
    pub(super) customer_id: Uuid,
    pub(super) company_id: Option<Uuid>,
    pub(super) by: Uuid,
    pub(super) at: DateTime<Utc>,
}

/// One contact, entered when it ended.
pub(super) fn interaction(dice: &mut Dice, contact: Contact, is_customer: bool) -> Interaction {
    let Contact { customer_id, company_id, by, at } = contact;
    let kind = dice.weighted(if is_customer { CUSTOMER_KINDS } else { EARLY_KINDS });
    let outcome = match kind {
        "call" => Some(dice.weighted(CALL_OUTCOMES)),
        "meeting" => Some(dice.weighted(&[("successful", 8.0), ("scheduled", 1.5), ("not_interested", 0.5)])),
        "email" | "sms" | "chat" => dice.chance(0.55).then(|| {
            dice.weighted(&[("successful", 6.0), ("scheduled", 2.0), ("no_answer", 3.0), ("not_interested", 0.8)])
        }),
        _ => None,
    };
    let duration_sec = match (kind, outcome) {
        ("call", Some("no_answer" | "busy")) => Some(0),
        ("call", Some("voicemail")) => Some(dice.between(15.0, 70.0) as i32),
        ("call", _) => Some(dice.log_normal(420.0, 0.7).min(3_600.0) as i32),
        ("meeting", _) => Some(dice.pick(&[1_800, 2_700, 3_600, 5_400]) + dice.between(-200.0, 400.0) as i32),
        ("chat", _) => Some(dice.log_normal(300.0, 0.6).min(3_600.0) as i32),
        _ => None,
    };
    let ended_at = duration_sec.map(|seconds| at + TimeDelta::seconds(i64::from(seconds)));
    let follow_up_required = match outcome {
        Some("no_answer" | "voicemail" | "busy" | "scheduled") => dice.chance(0.6),
        Some("not_interested") => false,
        _ => dice.chance(0.18),
    };
    let entered_at = ended_at.unwrap_or(at);
    let (subject, description) = dice.pick(if is_customer { CUSTOMER_TOPICS } else { EARLY_TOPICS });
    Interaction {
        id: dice.id(at),
        customer_id,
        company_id,
        r#type: kind,
        direction: if dice.chance(if is_customer { 0.42 } else { 0.22 }) { "inbound" } else { "outbound" },
        outcome,
        subject,
        description: dice.chance(0.7).then_some(description),
        created_by: Some(by),
        started_at: at,
        ended_at,
        duration_sec,
        follow_up_required,
        follow_up_date: follow_up_required.then(|| later(dice, at, 5.0)),
        created_at: entered_at,
        updated_at: entered_at,
        deleted_at: None,
    }
}

const EARLY_KINDS: &[(&str, f64)] =
    &[("call", 38.0), ("email", 36.0), ("meeting", 12.0), ("note", 8.0), ("sms", 2.0), ("chat", 4.0)];
const CUSTOMER_KINDS: &[(&str, f64)] =
    &[("call", 26.0), ("email", 34.0), ("meeting", 15.0), ("note", 12.0), ("sms", 3.0), ("chat", 10.0)];

const CALL_OUTCOMES: &[(&str, f64)] = &[
    ("successful", 46.0),
    ("no_answer", 22.0),
    ("voicemail", 12.0),
    ("busy", 6.0),
    ("scheduled", 9.0),
    ("not_interested", 5.0),
];

const EARLY_TOPICS: &[(&str, &str)] = &[
    ("Introduction", "Told them what we do and asked about their sites."),
    ("Demo", "Showed the dashboard with their own sensors in mind."),
    ("Pricing", "Went through the price list; they compare."),
    ("Requirements", "They need readings every minute and an export."),
    ("Offer", "Sent the offer and asked for a date to talk."),
    ("Follow-up", "Asked where they stand."),
];
const CUSTOMER_TOPICS: &[(&str, &str)] = &[
    ("Check-in", "All is well; they asked about the next release."),
    ("Support", "A gateway lost its connection; solved by a restart."),
    ("Invoice question", "Explained the second line of the invoice."),
    ("Training", "Two new colleagues want an introduction."),
    ("Renewal", "Talked about the next term."),
    ("More sites", "They plan another site and want numbers."),
];
