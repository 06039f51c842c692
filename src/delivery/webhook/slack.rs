//! The same event for people in a chat: one line, and the facts below it.

use serde_json::{Value, json};

use crate::delivery::webhook::{Event, EventData, EventFile};

/// More facts than these are a number on one line: a block takes ten.
const FACT_COUNT_MAX: usize = 9;
/// Slack refuses longer fields.
const FACT_LENGTH_MAX: usize = 1_500;

/// The body of a call to a chat.
pub(super) fn slack_payload(event: &Event) -> Value {
    let line = escape(&slack_line(event));
    let mut facts = facts_of(event);
    if facts.len() > FACT_COUNT_MAX {
        let more = facts.len() - FACT_COUNT_MAX;
        facts.truncate(FACT_COUNT_MAX);
        facts.push(("And".to_owned(), format!("{more} more")));
    }
    let field = |(name, value): &(String, String)| {
        let value: String = value.chars().take(FACT_LENGTH_MAX).collect();
        json!({ "type": "mrkdwn", "text": format!("*{}*\n{}", escape(name), escape(&value)) })
    };
    let mut blocks = vec![json!({ "type": "section", "text": { "type": "mrkdwn", "text": format!("*{line}*") } })];
    if !facts.is_empty() {
        blocks.push(json!({ "type": "section", "fields": facts.iter().map(field).collect::<Vec<_>>() }));
    }
    if let Some(url) = &event.url {
        let link = format!("<{}|Open Vesper>", escape(url));
        blocks.push(json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": link }] }));
    }
    json!({ "text": line, "blocks": blocks })
}

/// What happened, in one line.
pub(super) fn slack_line(event: &Event) -> String {
    let (job, date) = (&event.job, event.business_date);
    match &event.data {
        EventData::SnapshotPublished { point_count, .. } => {
            format!("New numbers for {date}: {} published", counted(*point_count, "figure"))
        }
        EventData::SnapshotHeld { breaches } => {
            let count = counted(breaches.len() as u64, "check");
            format!("The numbers for {date} are held: {count} failed, the last published ones stay")
        }
        EventData::EditionSealed { report, files, .. } => {
            format!("{report} for {date} is ready: {}", counted(files.len() as u64, "file"))
        }
        EventData::EditionSent { report, sent_count, dead_count: 0, .. } => {
            format!("{report} for {date} went out to {}", counted(*sent_count, "recipient"))
        }
        EventData::EditionSent { report, sent_count, dead_count, .. } => {
            let sent = counted(*sent_count, "recipient");
            format!("{report} for {date} went out to {sent}; {} failed", counted(*dead_count, "mail"))
        }
        EventData::EditionHeld { report, uncertain_count, .. } => {
            format!("{report} for {date}: {} held until a person decides", counted(*uncertain_count, "mail"))
        }
        EventData::RunDead { .. } => format!("{job} for {date} failed"),
    }
}

fn facts_of(event: &Event) -> Vec<(String, String)> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    match &event.data {
        EventData::SnapshotPublished { entities, .. } => {
            let rows = entities.iter().map(|e| {
                let held = if e.quarantined_rows > 0 {
                    format!(", {} held back", grouped(e.quarantined_rows))
                } else {
                    String::new()
                };
                (e.entity.clone(), format!("{} rows{held}", grouped(e.star_rows)))
            });
            rows.collect()
        }
        EventData::SnapshotHeld { breaches } => {
            breaches.iter().map(|b| (b.identity.clone(), b.detail.clone())).collect()
        }
        EventData::EditionSealed { files, .. } | EventData::EditionSent { files, .. } => {
            files.iter().map(|f: &EventFile| (f.name.clone(), readable(f.size))).collect()
        }
        EventData::EditionHeld { reason, .. } => vec![fact("Why", reason.clone())],
        EventData::RunDead { error, attempt_count, .. } => {
            vec![fact("Why", error.clone()), fact("Attempts", attempt_count.to_string())]
        }
    }
}

fn counted(count: u64, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {noun}{s}", grouped(count as i64))
}

/// `1234567` → `1,234,567`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn readable(size: u64) -> String {
    match size {
        0..1_000 => counted(size, "byte"),
        1_000..1_000_000 => format!("{} kB", size.div_ceil(1_000)),
        _ => format!("{:.1} MB", size as f64 / 1e6),
    }
}

/// What Slack reads as markup is text here.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!([0, 999, 1_000, 1_234_567, -1_000].map(grouped), ["0", "999", "1,000", "1,234,567", "-1,000"]);
        assert_eq!([1, 999, 12_345, 7_340_032].map(readable), ["1 byte", "999 bytes", "13 kB", "7.3 MB"]);
    }
}
