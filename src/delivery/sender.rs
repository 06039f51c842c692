//! From the outbox to the mailer: claim, deliver, record, until nothing is due.

use std::time::Duration;

use futures_util::future::join_all;
use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;

use crate::base::meter::meters;
use crate::base::{Desk, Remedied, Remedy, chaos};
use crate::delivery::bounce::record_bounce;
use crate::delivery::clerk::{Clerk, Outcome};
use crate::delivery::mailer::{Lane, Mail, Reply, Verdict};
use crate::delivery::outbox::reap_messages;
use crate::delivery::rest::Rest;
use crate::delivery::{DeliveryError, Mailer};

/// Sends what is due.
pub struct Sender {
    desk: Desk,
    mailer: Mailer,
    owner: Uuid,
    /// For a mailer without servers that rest each on its own.
    rest: Rest,
}

/// A database that is away when the server has answered is asked again for this long; then the lease decides.
const RECORD_PAUSES: [u64; 7] = [0, 1, 2, 4, 8, 16, 32];

/// What one call did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sending {
    /// Messages the server took.
    pub sent_count: u64,
    /// Messages it did not take, or of which nobody knows.
    pub unsent_count: u64,
}

impl Sender {
    /// A sender with an identity of its own.
    pub fn new(pool: PgPool, mailer: Mailer) -> Self {
        Self { desk: Desk::new(pool), mailer, owner: Uuid::new_v4(), rest: Rest::default() }
    }

    /// Sends every message that is due, or as many as the word to stop lets it. Nothing while the sender rests.
    pub async fn send_due(&self, stop: &watch::Receiver<bool>) -> Result<Sending, DeliveryError> {
        self.take_back().await?;
        let lanes = (0..self.mailer.lane_count()).map(|_| self.run_lane(stop));
        let mut total = Sending::default();
        let mut failed = None;
        let ended = join_all(lanes).await;
        self.desk.clear();
        for lane in ended {
            match lane {
                Ok(sending) => {
                    total.sent_count += sending.sent_count;
                    total.unsent_count += sending.unsent_count;
                }
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(total), Err)
    }

    /// Takes back messages of senders that fell silent and gives up on expired ones; a second call changes nothing.
    pub async fn take_back(&self) -> Result<(), DeliveryError> {
        reap_messages(self.desk.pool()).await.map(|_| ())
    }

    async fn run_lane(&self, stop: &watch::Receiver<bool>) -> Result<Sending, DeliveryError> {
        let mut lane = self.mailer.lane();
        let mut clerk = Clerk::new(self.desk.clone(), self.owner);
        let mut sending = Sending::default();
        let mut next = None;
        loop {
            if next.is_none() && self.goes_on(stop) {
                next = clerk.claim().await?;
            }
            let Some(mail) = next.take() else { break };
            chaos::point("mail.claimed");
            let is_sent;
            (is_sent, next) = self.send_one(&mut lane, &mut clerk, &mail, stop).await?;
            match is_sent {
                true => sending.sent_count += 1,
                false => sending.unsent_count += 1,
            }
        }
        lane.close().await;
        Ok(sending)
    }

    fn goes_on(&self, stop: &watch::Receiver<bool>) -> bool {
        !*stop.borrow() && !self.is_resting()
    }

    /// Delivers one message and records what came of it; whether it was sent, and the message to send next if the record
    /// claimed one.
    async fn send_one(
        &self,
        lane: &mut Lane,
        clerk: &mut Clerk,
        mail: &Mail,
        stop: &watch::Receiver<bool>,
    ) -> Result<(bool, Option<Mail>), DeliveryError> {
        let mark = async || match clerk.mark(mail).await {
            Ok(is_ours) => is_ours,
            // Without a durable marker the dot must not be written.
            Err(error) => {
                tracing::warn!(message.id = mail.message_id, "{error}");
                false
            }
        };
        let mut is_bounced = false;
        let (outcome, reply) = match lane.deliver(mail, mark).await {
            Verdict::Sent(reply) => (Outcome::Sent, reply),
            Verdict::Retry(reply) => (Outcome::Retry, reply),
            Verdict::Refused(reply) => (Outcome::Refused, reply),
            Verdict::Bounced(reply) => {
                is_bounced = true;
                (Outcome::Refused, reply)
            }
            Verdict::Unknown(reply) => (Outcome::Unknown, reply),
            Verdict::SenderAway(reply) => {
                self.rest(&reply);
                (Outcome::Released, reply)
            }
            // Somebody else has it, or the lease brings it back; there is nothing to say about it.
            Verdict::Lost => return Ok((false, None)),
        };
        meters().count_message(outcome.name());
        if outcome == Outcome::Sent {
            self.rest.end();
        } else {
            tracing::warn!(message.id = mail.message_id, smtp.code = reply.code, outcome = ?outcome, "message not sent");
        }
        let next = self.record(clerk, mail, (outcome, &reply), stop).await?;
        chaos::point("mail.recorded");
        if is_bounced {
            record_bounce(self.desk.pool(), mail, &reply).await?;
        }
        Ok((outcome == Outcome::Sent, next))
    }

    /// The server has spoken; a database that is away for a moment must not make that unknown.
    async fn record(
        &self,
        clerk: &mut Clerk,
        mail: &Mail,
        (outcome, reply): (Outcome, &Reply),
        stop: &watch::Receiver<bool>,
    ) -> Result<Option<Mail>, DeliveryError> {
        let mut recorded = Ok(None);
        for pause in RECORD_PAUSES {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            recorded = clerk.record(mail, outcome, reply, self.goes_on(stop)).await;
            if recorded.as_ref().err().is_none_or(|e| e.remedy() != Remedy::RetryLater) {
                break;
            }
        }
        recorded
    }

    /// Whether the sender rests; `vesper status` says why by the words on the pending messages.
    fn is_resting(&self) -> bool {
        self.rest.is_resting() || self.mailer.is_resting()
    }

    fn rest(&self, reply: &Reply) {
        if self.mailer.is_resting() {
            return;
        }
        let Some(span) = self.rest.begin() else { return };
        let (place, code, seconds) = (self.mailer.place(), reply.code, span.as_secs());
        tracing::error!(
            mail.place = %place, smtp.code = code,
            "{place} takes nothing; resting {seconds} s"
        );
    }
}
