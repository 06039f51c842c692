//! The outbox: what is to be sent, as rows. Enqueue, claim, mark, record, take back, settle.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use crate::delivery::mailer::{Mail, Reply};
use crate::delivery::{ComposedMail, DeliveryError, Recipient};

/// The notification channel of the ledgers; a transaction that queues a run or a mail speaks on it.
pub const CHANNEL: &str = "vesper";

/// What happens to a message whose acceptance is unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnUncertain {
    /// A person decides: at most one mail arrives.
    #[default]
    Hold,
    /// It is sent again under the same Message-ID: at least one mail arrives.
    Resend,
}

impl OnUncertain {
    /// Both by the name used in files and in the ledger.
    pub const NAMES: [(&'static str, OnUncertain); 2] = [("hold", OnUncertain::Hold), ("resend", OnUncertain::Resend)];

    /// The name in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            OnUncertain::Hold => "hold",
            OnUncertain::Resend => "resend",
        }
    }
}

/// A composed mail and whom it goes to.
#[derive(Debug, Clone)]
pub struct Posting<'a> {
    /// The run that posts it.
    pub run_id: i64,
    /// The edition it carries, if it carries one.
    pub edition_id: Option<i64>,
    /// The job's name.
    pub job: &'a str,
    /// The slot.
    pub scheduled_for: DateTime<Utc>,
    /// What it is, for people and file names: `2026-11-22-executive-weekly`.
    pub label: &'a str,
    /// The sender's address, for the envelope.
    pub sender: &'a Recipient,
    /// One mail each.
    pub recipients: &'a [Recipient],
    /// What is sent.
    pub mail: &'a ComposedMail,
    /// What happens when acceptance is unknown.
    pub on_uncertain: OnUncertain,
    /// When a newer edition makes this one stale; 72 hours when there is none.
    pub next_edition_at: Option<DateTime<Utc>>,
}

/// What enqueueing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enqueued {
    /// New messages.
    pub message_count: u64,
    /// Recipients that had theirs already.
    pub duplicate_count: u64,
}

/// Puts one message a recipient into the outbox, in the caller's transaction. A repetition adds nothing.
pub async fn enqueue(tx: &mut PgConnection, posting: &Posting<'_>) -> Result<Enqueued, DeliveryError> {
    let write = || DeliveryError::ledger("enqueue mail");
    let slot = posting.scheduled_for.to_rfc3339();
    let (mut keys, mut ids, mut heads) = (Vec::new(), Vec::new(), Vec::new());
    for recipient in posting.recipients {
        let key = format!("{}|{slot}|{}", posting.job, recipient.inbox());
        let id = posting.mail.rfc_message_id(&key);
        heads.push(posting.mail.head(recipient, &id)?);
        keys.push(key);
        ids.push(id);
    }
    let digest: [u8; 32] = Sha256::digest(&posting.mail.body).into();
    sqlx::query("insert into vesper.mail_body (digest, bytes) values ($1, $2) on conflict (digest) do nothing")
        .bind(digest.as_slice())
        .bind(&posting.mail.body)
        .execute(&mut *tx)
        .await
        .map_err(write())?;
    let addresses: Vec<&str> = posting.recipients.iter().map(|r| r.address.as_str()).collect();
    let inserted = sqlx::query(include_str!("enqueue.sql"))
        .bind(posting.run_id)
        .bind(posting.edition_id)
        .bind(posting.label)
        .bind(&posting.sender.address)
        .bind(digest.as_slice())
        .bind(posting.on_uncertain.name())
        .bind(posting.next_edition_at)
        .bind(&keys)
        .bind(&addresses)
        .bind(&ids)
        .bind(&heads)
        .execute(&mut *tx)
        .await
        .map_err(write())?;
    sqlx::query("select pg_notify($1, 'message')").bind(CHANNEL).execute(tx).await.map_err(write())?;
    let message_count = inserted.rows_affected();
    Ok(Enqueued { message_count, duplicate_count: posting.recipients.len() as u64 - message_count })
}

/// Takes back messages of senders that fell silent and gives up on expired ones; returns how many of both.
pub(super) async fn reap_messages(pool: &PgPool) -> Result<u64, DeliveryError> {
    let reaped = sqlx::query(include_str!("reap_messages.sql")).execute(pool).await;
    let reaped = reaped.map_err(DeliveryError::ledger("take back silent messages"))?.rows_affected();
    let expired = sqlx::query(include_str!("expire_messages.sql")).execute(pool).await;
    Ok(reaped + expired.map_err(DeliveryError::ledger("expire messages"))?.rows_affected())
}

/// Takes the message that has been due longest.
pub(super) async fn claim_message(pool: &PgPool, owner: Uuid) -> Result<Option<Mail>, DeliveryError> {
    let claimed = sqlx::query_as(include_str!("claim_message.sql")).bind(owner).fetch_optional(pool).await;
    claimed.map_err(DeliveryError::ledger("claim a message"))
}

/// Makes durable that the final dot is about to be written. `false`: the message is no longer ours, write nothing.
pub(super) async fn mark_committing(pool: &PgPool, mail: &Mail) -> Result<bool, DeliveryError> {
    let marked = sqlx::query(include_str!("mark_committing.sql"))
        .bind(mail.message_id)
        .bind(mail.attempt)
        .bind(mail.lease_owner)
        .execute(pool)
        .await;
    Ok(marked.map_err(DeliveryError::ledger("mark a message"))?.rows_affected() == 1)
}

/// What a delivery came to, for the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The server has it.
    Sent,
    /// Not now.
    Retry,
    /// Never.
    Refused,
    /// Nobody knows.
    Unknown,
    /// The server was never asked about this message.
    Released,
}

/// Records what a delivery came to; fenced on the attempt, so that a late record of a lost claim changes nothing.
pub(super) async fn record_outcome(
    pool: &PgPool,
    mail: &Mail,
    outcome: Outcome,
    reply: &Reply,
) -> Result<(), DeliveryError> {
    let sql = match outcome {
        Outcome::Sent => include_str!("record_sent.sql"),
        Outcome::Released => include_str!("release_message.sql"),
        Outcome::Retry | Outcome::Refused | Outcome::Unknown => include_str!("record_failure.sql"),
    };
    let mut query = sqlx::query(sql)
        .bind(mail.message_id)
        .bind(mail.attempt)
        .bind(mail.lease_owner)
        .bind(reply.code.map(i32::from))
        .bind(&reply.text);
    match outcome {
        Outcome::Sent | Outcome::Released => {}
        Outcome::Retry => query = query.bind("retry"),
        Outcome::Refused => query = query.bind("refused"),
        Outcome::Unknown => query = query.bind("unknown"),
    }
    query.execute(pool).await.map(|_| ()).map_err(DeliveryError::ledger("record a delivery"))
}

/// What a person knows about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// An uncertain one arrived.
    Sent,
    /// An uncertain one did not arrive, or a dead one shall be tried again.
    Resend,
}

/// Settles an uncertain or dead message by hand.
pub async fn resolve_message(pool: &PgPool, message_id: i64, resolution: Resolution) -> Result<(), DeliveryError> {
    let (sql, name) = match resolution {
        Resolution::Sent => (include_str!("resolve_sent.sql"), "sent"),
        Resolution::Resend => (include_str!("resolve_resend.sql"), "to be sent again"),
    };
    let write = || DeliveryError::ledger("settle a message");
    if sqlx::query(sql).bind(message_id).execute(pool).await.map_err(write())?.rows_affected() == 1 {
        return Ok(());
    }
    let state: Option<String> = sqlx::query_scalar("select state from vesper.message where message_id = $1")
        .bind(message_id)
        .fetch_optional(pool)
        .await
        .map_err(write())?;
    let state = state.unwrap_or_else(|| "unknown".to_owned());
    Err(DeliveryError::NotOpen { message_id, state, resolution: name })
}

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

/// The newest `row_max` messages, those that need a person first; `state` picks one state.
pub async fn message_lines(
    pool: &PgPool,
    state: Option<&str>,
    row_max: i64,
) -> Result<Vec<MessageLine>, DeliveryError> {
    let lines = sqlx::query_as(include_str!("message_lines.sql")).bind(state).bind(row_max).fetch_all(pool).await;
    lines.map_err(DeliveryError::ledger("list messages"))
}
