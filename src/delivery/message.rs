//! Messages as an operator sees them: a list, and one of them whole.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::delivery::DeliveryError;

/// A message as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct MessageLine {
    /// Its key.
    pub message_id: i64,
    /// What it is.
    pub label: String,
    /// Whom it goes to.
    pub rcpt: String,
    /// `pending`, `sending`, `sent`, `uncertain`, `dead` or `suppressed`.
    pub state: String,
    /// Attempts so far.
    pub attempt: i32,
    /// Attempts it may have.
    pub attempt_max: i32,
    /// The next attempt, while pending.
    pub next_at: DateTime<Utc>,
    /// Not sent after.
    pub expires_at: DateTime<Utc>,
    /// The server's last code.
    pub smtp_code: Option<i32>,
    /// The server's last words, or ours.
    pub smtp_text: Option<String>,
    /// When it was enqueued.
    pub created_at: DateTime<Utc>,
    /// When it was sent.
    pub sent_at: Option<DateTime<Utc>>,
}

/// Which messages a list shows; the default is all of them.
#[derive(Debug, Clone, Default)]
pub struct MessageFilter {
    /// Those in this state.
    pub state: Option<String>,
    /// Those whose label holds this.
    pub label: Option<String>,
}

/// The newest `row_max` messages of the filter, those that need a person first.
pub async fn message_lines(
    pool: &PgPool,
    filter: &MessageFilter,
    row_max: i64,
) -> Result<Vec<MessageLine>, DeliveryError> {
    let lines = sqlx::query_as(include_str!("message_lines.sql"))
        .bind(&filter.state)
        .bind(&filter.label)
        .bind(row_max)
        .fetch_all(pool)
        .await;
    lines.map_err(DeliveryError::ledger("list messages"))
}

/// Everything about one message but its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageDetail {
    /// As the list shows it.
    #[serde(flatten)]
    pub line: MessageLine,
    /// The run that posted it.
    pub run_id: i64,
    /// The envelope's sender.
    pub mail_from: String,
    /// The subject line.
    pub subject: String,
    /// Its Message-ID, the same on every resend.
    pub rfc_message_id: String,
    /// `hold` or `resend`.
    pub on_uncertain: String,
    /// When the final dot was about to be written, in the attempt that settled it or is under way.
    pub committing_at: Option<DateTime<Utc>>,
    /// Bytes of the header block.
    pub head_size: i64,
    /// Bytes after it, attachments in base64 included.
    pub body_size: i64,
    /// The edition it carries, if it carries one.
    pub edition: Option<MessageEdition>,
    /// What happened to it, oldest first.
    pub changes: Vec<MessageChange>,
}

/// The edition a message carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageEdition {
    /// Its key.
    pub edition_id: i64,
    /// The report's template.
    pub report: String,
    /// The date it speaks of.
    pub business_date: NaiveDate,
    /// When it was sealed.
    pub sealed_at: DateTime<Utc>,
    /// Its files.
    pub files: Vec<MessageFile>,
}

/// A file of that edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct MessageFile {
    /// Its name.
    pub name: String,
    /// Its size in bytes, as it is and not in base64.
    pub size: i64,
}

/// A state a message came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct MessageChange {
    /// When.
    pub changed_at: DateTime<Utc>,
    /// Which state.
    pub state: String,
    /// The attempt that ended so.
    pub attempt: i32,
    /// The server's code.
    pub smtp_code: Option<i32>,
    /// The server's words, or ours.
    pub smtp_text: Option<String>,
}

#[derive(FromRow)]
struct DetailRow {
    #[sqlx(flatten)]
    line: MessageLine,
    run_id: i64,
    edition_id: Option<i64>,
    mail_from: String,
    subject: String,
    rfc_message_id: String,
    on_uncertain: String,
    committing_at: Option<DateTime<Utc>>,
    head_size: i64,
    body_size: i64,
    report: Option<String>,
    business_date: Option<NaiveDate>,
    sealed_at: Option<DateTime<Utc>>,
}

/// One message whole.
pub async fn find_message(pool: &PgPool, message_id: i64) -> Result<MessageDetail, DeliveryError> {
    let read = || DeliveryError::ledger("read a message");
    let found: Option<DetailRow> =
        sqlx::query_as(include_str!("find_message.sql")).bind(message_id).fetch_optional(pool).await.map_err(read())?;
    let row = found.ok_or(DeliveryError::NoMessage { message_id })?;
    let changes = sqlx::query_as(include_str!("message_changes.sql")).bind(message_id).fetch_all(pool).await;
    let edition = match (row.edition_id, row.report, row.business_date, row.sealed_at) {
        (Some(edition_id), Some(report), Some(business_date), Some(sealed_at)) => {
            let files = sqlx::query_as(include_str!("edition_files.sql")).bind(edition_id).fetch_all(pool).await;
            Some(MessageEdition { edition_id, report, business_date, sealed_at, files: files.map_err(read())? })
        }
        _ => None,
    };
    Ok(MessageDetail {
        line: row.line,
        run_id: row.run_id,
        mail_from: row.mail_from,
        subject: row.subject,
        rfc_message_id: row.rfc_message_id,
        on_uncertain: row.on_uncertain,
        committing_at: row.committing_at,
        head_size: row.head_size,
        body_size: row.body_size,
        edition,
        changes: changes.map_err(read())?,
    })
}
