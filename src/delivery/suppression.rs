//! Inboxes that get no mail: because a server said there is no such inbox, or because a person said so.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::base::nearest;
use crate::delivery::{DeliveryError, Recipient};

/// An inbox that gets no mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct Suppression {
    /// The address in lower case.
    pub inbox: String,
    /// The server's words, or a person's.
    pub reason: String,
    /// The message whose refusal said so.
    pub message_id: Option<i64>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Every suppressed inbox, the latest first.
pub async fn suppressions(pool: &PgPool) -> Result<Vec<Suppression>, DeliveryError> {
    let listed = sqlx::query_as(include_str!("suppressions.sql")).fetch_all(pool).await;
    listed.map_err(DeliveryError::ledger("list suppressed inboxes"))
}

/// Sends an inbox no mail from now on; returns how many waiting messages are held back by it. A second call renews
/// the reason.
pub async fn suppress_inbox(pool: &PgPool, address: &str, reason: &str) -> Result<u64, DeliveryError> {
    let inbox = inbox_of(address)?;
    let suppressed = sqlx::query(include_str!("suppress_inbox.sql")).bind(inbox).bind(reason).execute(pool).await;
    suppressed.map(|done| done.rows_affected()).map_err(DeliveryError::ledger("suppress an inbox"))
}

/// Sends an inbox mail again from the next one on; returns the messages that were held back, for a person to resend.
/// A second call finds nothing to lift and says so.
pub async fn allow_inbox(pool: &PgPool, address: &str) -> Result<Vec<i64>, DeliveryError> {
    let inbox = inbox_of(address)?;
    let write = || DeliveryError::ledger("lift a suppression");
    let lifted = sqlx::query(include_str!("allow_inbox.sql")).bind(&inbox).execute(pool).await.map_err(write())?;
    if lifted.rows_affected() == 0 {
        let listed = suppressions(pool).await?;
        let nearest = nearest(&inbox, listed.iter().map(|s| s.inbox.as_str())).map(str::to_owned);
        return Err(DeliveryError::NotSuppressed { inbox, nearest });
    }
    let held = sqlx::query_scalar(include_str!("suppressed_messages.sql")).bind(&inbox).fetch_all(pool).await;
    held.map_err(write())
}

fn inbox_of(address: &str) -> Result<String, DeliveryError> {
    let recipient = Recipient::parse(address);
    let recipient = recipient.map_err(|reason| DeliveryError::Address { address: address.to_owned(), reason })?;
    Ok(recipient.inbox())
}
