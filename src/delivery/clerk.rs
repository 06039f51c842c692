//! A lane's clerk: says to the outbox what the lane does, one statement a word.

use std::sync::Arc;

use sqlx::FromRow;
use uuid::Uuid;

use crate::base::{Desk, chaos};
use crate::delivery::DeliveryError;
use crate::delivery::mailer::{Mail, Reply};

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

impl Outcome {
    /// The name in the meters.
    pub(super) fn name(self) -> &'static str {
        match self {
            Outcome::Sent => "sent",
            Outcome::Retry => "retried",
            Outcome::Refused => "refused",
            Outcome::Unknown => "unknown",
            Outcome::Released => "released",
        }
    }
}

/// One lane's words to the outbox.
pub(super) struct Clerk {
    desk: Desk,
    owner: Uuid,
    /// The body of the last message and its digest.
    body: Option<(Vec<u8>, Arc<[u8]>)>,
}

#[derive(FromRow)]
struct ClaimRow {
    message_id: i64,
    attempt: i32,
    lease_owner: Uuid,
    label: String,
    rcpt: String,
    mail_from: String,
    head: Vec<u8>,
    body_digest: Vec<u8>,
    /// `None` when it is the one the clerk holds.
    body: Option<Vec<u8>>,
}

impl Clerk {
    pub(super) fn new(desk: Desk, owner: Uuid) -> Self {
        Self { desk, owner, body: None }
    }

    /// Takes the message that has been due longest.
    pub(super) async fn claim(&mut self) -> Result<Option<Mail>, DeliveryError> {
        self.turn(None, true).await.map_err(DeliveryError::ledger("claim a message"))
    }

    /// Makes durable that the final dot is about to be written. `false`: the message is no longer ours, write nothing.
    pub(super) async fn mark(&mut self, mail: &Mail) -> Result<bool, DeliveryError> {
        if chaos::is_mutant("marker") {
            return Ok(true);
        }
        let failed = || DeliveryError::ledger("mark a message");
        let mut connection = self.desk.take().await.map_err(failed())?;
        let marked = sqlx::query(include_str!("mark_committing.sql"))
            .bind(mail.message_id)
            .bind(mail.attempt)
            .bind(mail.lease_owner)
            .execute(&mut *connection)
            .await
            .map_err(failed())?;
        self.desk.keep(connection);
        Ok(marked.rows_affected() == 1)
    }

    /// Records what a delivery came to; fenced on the attempt, so that a late record of a lost claim changes nothing.
    /// After a message that was sent, a lane that goes on is given the next one in the same commit.
    pub(super) async fn record(
        &mut self,
        mail: &Mail,
        outcome: Outcome,
        reply: &Reply,
        goes_on: bool,
    ) -> Result<Option<Mail>, DeliveryError> {
        let (sql, word) = match outcome {
            Outcome::Sent => {
                let turned = self.turn(Some((mail, reply)), goes_on).await;
                return turned.map_err(DeliveryError::ledger("record a delivery"));
            }
            Outcome::Released => (include_str!("release_message.sql"), None),
            Outcome::Retry => (include_str!("record_failure.sql"), Some("retry")),
            Outcome::Refused => (include_str!("record_failure.sql"), Some("refused")),
            Outcome::Unknown => (include_str!("record_failure.sql"), Some("unknown")),
        };
        let mut record = sqlx::query(sql)
            .bind(mail.message_id)
            .bind(mail.attempt)
            .bind(mail.lease_owner)
            .bind(reply.code.map(i32::from))
            .bind(&reply.text);
        if let Some(word) = word {
            record = record.bind(word);
        }
        record.execute(self.desk.pool()).await.map(|_| None).map_err(DeliveryError::ledger("record a delivery"))
    }

    /// One statement: records `sent` and takes the next message.
    async fn turn(&mut self, sent: Option<(&Mail, &Reply)>, goes_on: bool) -> Result<Option<Mail>, sqlx::Error> {
        let mut connection = self.desk.take().await?;
        let row: Option<ClaimRow> = sqlx::query_as(include_str!("claim_message.sql"))
            .bind(self.owner)
            .bind(self.body.as_ref().map(|(digest, _)| digest))
            .bind(goes_on)
            .bind(sent.map(|(mail, _)| mail.message_id))
            .bind(sent.map(|(mail, _)| mail.attempt))
            .bind(sent.and_then(|(_, reply)| reply.code).map(i32::from))
            .bind(sent.map(|(_, reply)| reply.text.as_str()))
            .fetch_optional(&mut *connection)
            .await?;
        self.desk.keep(connection);
        Ok(row.map(|row| self.mail_of(row)))
    }

    fn mail_of(&mut self, row: ClaimRow) -> Mail {
        let ClaimRow { message_id, attempt, lease_owner, label, rcpt, mail_from, head, body_digest, body } = row;
        if let Some(bytes) = body {
            self.body = Some((body_digest, bytes.into()));
        }
        let (_, body) = self.body.as_ref().expect("the statement leaves out no body but the one that is held");
        Mail { message_id, attempt, lease_owner, label, rcpt, mail_from, head, body: body.clone() }
    }
}
