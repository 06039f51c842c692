//! The outbox: what is to be sent, as rows. Enqueue, take back, settle; a lane's `clerk` claims, marks and records.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};

use crate::base::chaos;
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
    /// Whose rows it shows: a reader of two scopes gets two mails. Empty for the whole.
    pub scope: &'a str,
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

/// Puts one message a recipient into the outbox, in the caller's transaction. A repetition adds nothing. The message
/// to a suppressed inbox is written as such, with the reason, and not sent.
pub async fn enqueue(tx: &mut PgConnection, posting: &Posting<'_>) -> Result<Enqueued, DeliveryError> {
    let write = || DeliveryError::ledger("enqueue mail");
    let slot = posting.scheduled_for.to_rfc3339();
    let inboxes: Vec<String> = posting.recipients.iter().map(Recipient::inbox).collect();
    let (mut keys, mut ids, mut heads) = (Vec::new(), Vec::new(), Vec::new());
    for (recipient, inbox) in posting.recipients.iter().zip(&inboxes) {
        let key = match posting.scope {
            "" => format!("{}|{slot}|{inbox}", posting.job),
            scope => format!("{}|{slot}|{scope}|{inbox}", posting.job),
        };
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
    chaos::point("mail.stored");
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
        .bind(&inboxes)
        .bind(posting.mail.subject())
        .execute(&mut *tx)
        .await
        .map_err(write())?;
    sqlx::query("select pg_notify($1, 'message')").bind(CHANNEL).execute(tx).await.map_err(write())?;
    chaos::point("mail.enqueued");
    let message_count = inserted.rows_affected();
    Ok(Enqueued { message_count, duplicate_count: posting.recipients.len() as u64 - message_count })
}

/// Takes back messages of senders that fell silent and gives up on expired ones; returns how many of both.
pub(super) async fn reap_messages(pool: &PgPool) -> Result<u64, DeliveryError> {
    let reaped = sqlx::query(include_str!("reap_messages.sql")).execute(pool).await;
    let reaped = reaped.map_err(DeliveryError::ledger("take back silent messages"))?.rows_affected();
    if reaped > 0 {
        chaos::point("mail.reaped");
    }
    let expired = sqlx::query(include_str!("expire_messages.sql")).execute(pool).await;
    Ok(reaped + expired.map_err(DeliveryError::ledger("expire messages"))?.rows_affected())
}

/// What a person knows about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// An uncertain one arrived.
    Sent,
    /// An uncertain one did not arrive, or one that is dead or was suppressed shall be tried again.
    Resend,
}

impl Resolution {
    /// What is done with the message, for sentences.
    pub(super) fn name(self) -> &'static str {
        match self {
            Resolution::Sent => "settled as sent",
            Resolution::Resend => "sent again",
        }
    }
}

/// Settles a message by hand; see [`resolve_messages`].
pub async fn resolve_message(pool: &PgPool, message_id: i64, resolution: Resolution) -> Result<(), DeliveryError> {
    resolve_messages(pool, &[message_id], resolution).await
}

/// Settles messages by hand, all of them or none. A second call finds them settled and refuses.
pub async fn resolve_messages(pool: &PgPool, message_ids: &[i64], resolution: Resolution) -> Result<(), DeliveryError> {
    let sql = match resolution {
        Resolution::Sent => include_str!("resolve_sent.sql"),
        Resolution::Resend => include_str!("resolve_resend.sql"),
    };
    let write = || DeliveryError::ledger("settle a message");
    let mut tx = pool.begin().await.map_err(write())?;
    let settled: Vec<i64> = sqlx::query_scalar(sql).bind(message_ids).fetch_all(&mut *tx).await.map_err(write())?;
    let refused: Vec<i64> = message_ids.iter().copied().filter(|id| !settled.contains(id)).collect();
    if refused.is_empty() {
        sqlx::query("select pg_notify($1, 'message')").bind(CHANNEL).execute(&mut *tx).await.map_err(write())?;
        return tx.commit().await.map_err(write());
    }
    // Dropping the transaction takes back those that could have been settled.
    let states: Vec<(i64, String, bool)> =
        sqlx::query_as(include_str!("message_states.sql")).bind(&refused).fetch_all(&mut *tx).await.map_err(write())?;
    let state = |message_id: i64| match states.iter().find(|(id, ..)| *id == message_id) {
        Some((_, _, true)) if resolution == Resolution::Resend => "to a suppressed inbox".to_owned(),
        Some((_, state, _)) => state.clone(),
        None => "unknown".to_owned(),
    };
    let messages = refused.into_iter().map(|id| (id, state(id))).collect();
    Err(DeliveryError::NotOpen { messages, resolution })
}
