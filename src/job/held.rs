//! An edition that is not there at its deadline: its readers are told once why, and when it is tried again.
//!
//! A reader who waits for a report has no ledger to look into. The notice goes to them and says what is missing in words;
//! the job's owner hears of the trouble by an alert. When the edition is there after all it is mailed as ever.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection, PgPool};

use crate::delivery::{MailBody, MailDraft, OnUncertain, Posting, Recipient, compose_mail, enqueue};
use crate::job::alert_mail::{Words, html, one_line, text};
use crate::job::recipe::query_readers;
use crate::job::{JobError, RunError, Spec};
use crate::report::{Locale, say};

#[derive(FromRow)]
struct HeldRow {
    run_id: i64,
    job_id: String,
    scheduled_for: DateTime<Utc>,
    business_date: NaiveDate,
    state: String,
    last_error: Option<String>,
    run_after: DateTime<Utc>,
    needs_by: Option<DateTime<Utc>>,
    spec: Json<serde_json::Value>,
    next_at: Option<DateTime<Utc>>,
    tz: String,
    waits_for: Option<String>,
}

/// Posts the notices of editions that passed their deadline; returns how many mails that are. A second call adds nothing.
pub async fn tell_held_editions(pool: &PgPool, sender: &Recipient) -> Result<u64, JobError> {
    let held: Vec<HeldRow> = sqlx::query_as(include_str!("held_editions.sql"))
        .fetch_all(pool)
        .await
        .map_err(JobError::ledger("look for held editions"))?;
    let mut mail_count = 0;
    for row in &held {
        let Ok(spec) = serde_json::from_value::<Spec>(row.spec.0.clone()) else { continue };
        let readers = match readers_of(pool, &spec).await {
            Ok(readers) if readers.is_empty() => continue,
            Ok(readers) => readers,
            Err(error) => {
                tracing::error!(run.id = row.run_id, "the readers of a held edition are not known: {error}");
                continue;
            }
        };
        let mut connection = pool.acquire().await.map_err(JobError::ledger("tell of a held edition"))?;
        match post(&mut connection, (row, &spec), sender, &readers).await {
            Ok(count) => mail_count += count,
            Err(error) => tracing::error!(run.id = row.run_id, "{error}"),
        }
    }
    Ok(mail_count)
}

/// Everybody who would have read an edition.
async fn readers_of(pool: &PgPool, spec: &Spec) -> Result<Vec<Recipient>, RunError> {
    let Some(burst) = &spec.burst else { return Ok(spec.recipients.clone()) };
    let by_scope = match &burst.query {
        Some(query) => query_readers(pool, query).await?,
        None => burst.readers.clone(),
    };
    let mut readers: Vec<Recipient> = Vec::new();
    for reader in by_scope.into_values().flatten() {
        if !readers.iter().any(|r| r.is_same_inbox(&reader)) {
            readers.push(reader);
        }
    }
    Ok(readers)
}

async fn post(
    connection: &mut PgConnection,
    (row, spec): (&HeldRow, &Spec),
    sender: &Recipient,
    readers: &[Recipient],
) -> Result<u64, RunError> {
    let sender = spec.sender.as_ref().unwrap_or(sender);
    let label = format!("held-{}-{}", row.business_date, row.job_id);
    let label = &label[..label.len().min(LABEL_LENGTH_MAX)];
    let body = row.notice(spec.title.as_deref().unwrap_or(&row.job_id), spec.locale);
    let draft =
        MailDraft { label, sender, sent_date: row.run_after.max(row.scheduled_for), body: &body, attachments: &[] };
    let mail = compose_mail(&draft)?;
    let posting = Posting {
        run_id: row.run_id,
        edition_id: None,
        job: &format!("held.{}", row.job_id),
        scheduled_for: row.scheduled_for,
        scope: "",
        label,
        sender,
        recipients: readers,
        mail: &mail,
        // Told twice is better than not told.
        on_uncertain: OnUncertain::Resend,
        next_edition_at: row.next_at,
    };
    let enqueued = enqueue(connection, &posting).await?;
    let HeldRow { run_id, job_id, business_date, .. } = row;
    tracing::warn!(
        run.id = run_id,
        "{job_id} for {business_date} is held at its deadline: {} readers are told",
        enqueued.message_count
    );
    Ok(enqueued.message_count)
}

impl HeldRow {
    /// The mail, in the language of the report; `title` is what its readers call it.
    fn notice(&self, title: &str, locale: Locale) -> MailBody {
        let words = self.words(title, locale);
        MailBody { subject: words.headline.clone(), html: html(&words), text: text(&words), inline: Vec::new() }
    }

    fn words(&self, title: &str, locale: Locale) -> Words {
        let phrases = locale.phrases();
        let zone: Tz = self.tz.parse().unwrap_or(Tz::UTC);
        let date = locale.date(self.business_date);
        let because = match (&self.waits_for, &self.last_error) {
            (Some(names), _) => say(phrases.held_numbers, &[&date, names]),
            (None, Some(error)) => say(phrases.held_trouble, &[&one_line(error)]),
            (None, None) => phrases.held_unready.to_owned(),
        };
        let next_slot = match self.next_at {
            Some(at) => say(phrases.next_edition, &[&locale.moment(at, zone)]),
            None => phrases.no_next_edition.to_owned(),
        };
        let next_try = match (self.state.as_str(), &self.waits_for, self.needs_by) {
            ("queued", Some(_), Some(until)) => say(phrases.next_try_then, &[&locale.moment(until, zone), &next_slot]),
            ("queued", _, _) => say(phrases.next_try, &[&locale.moment(self.run_after, zone)]),
            ("running", _, _) => phrases.next_try_now.to_owned(),
            _ => say(phrases.no_next_try, &[&next_slot]),
        };
        Words {
            language: locale.tag(),
            headline: say(phrases.held_headline, &[title, &date]),
            paragraphs: vec![because, next_try, phrases.held_whole.to_owned()],
            commands: Vec::new(),
        }
    }
}

/// What the outbox takes as a label.
const LABEL_LENGTH_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn row(state: &str, waits_for: Option<&str>, last_error: Option<&str>) -> HeldRow {
        let at = |text: &str| text.parse().expect("an instant");
        HeldRow {
            run_id: 1,
            job_id: "weekly".to_owned(),
            scheduled_for: at("2026-11-23T06:00:00Z"),
            business_date: "2026-11-22".parse().expect("a date"),
            state: state.to_owned(),
            last_error: last_error.map(str::to_owned),
            run_after: at("2026-11-23T09:15:00Z"),
            needs_by: Some(at("2026-11-23T12:00:00Z")),
            spec: Json(serde_json::Value::Null),
            next_at: Some(at("2026-11-30T06:00:00Z")),
            tz: "Europe/Berlin".to_owned(),
            waits_for: waits_for.map(str::to_owned),
        }
    }

    #[test]
    fn a_reader_is_told_why_and_when_it_is_tried_again() {
        let cases = [
            (
                row("queued", Some("nightly"), None),
                "Held, because the numbers of 22 Nov 2026 are not complete yet: they come with nightly.",
                "Next try: as soon as they are, until 23 Nov 2026, 13:00 (Europe/Berlin).",
            ),
            (
                row("queued", None, Some("the warehouse is away\r\nBcc: x@y.z")),
                "Held, because the warehouse is away Bcc: x@y.z.",
                "Next try: 23 Nov 2026, 10:15 (Europe/Berlin).",
            ),
            (
                row("dead", None, Some("section \"Churn\": metric `churn_rate` is not in snapshot 7")),
                "Held, because section \"Churn\": metric `churn_rate` is not in snapshot 7.",
                "The next edition is due 30 Nov 2026, 07:00 (Europe/Berlin).",
            ),
        ];
        for (row, because, next) in cases {
            let notice = row.notice("Weekly business review", Locale::En);
            assert_eq!(notice.subject, "Weekly business review of 22 Nov 2026 is held");
            assert!(notice.text.contains(because) && notice.text.contains(next), "{}", notice.text);
            assert!(notice.html.contains("Held, because") && !notice.subject.contains('\n'));
        }
    }
}
