//! Calls as rows: enqueue, claim, mark, record. Taking back silent ones and expiry are the mail's.

use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::{FromRow, PgConnection, PgPool};
use uuid::Uuid;

use crate::base::chaos;
use crate::delivery::DeliveryError;
use crate::delivery::mailer::Reply;
use crate::delivery::outbox::CHANNEL;
use crate::delivery::webhook::slack::{slack_line, slack_payload};
use crate::delivery::webhook::{CallFormat, Event, Webhook};

/// Writes down which hooks there are. A second run changes nothing; another URL is a receiver that has not said 410.
pub async fn sync_webhooks(pool: &PgPool, hooks: &[Webhook]) -> Result<(), DeliveryError> {
    let names: Vec<&str> = hooks.iter().map(|hook| hook.name.as_str()).collect();
    let digests: Vec<Vec<u8>> = hooks.iter().map(|hook| Sha256::digest(hook.url.as_str()).to_vec()).collect();
    let synced = sqlx::query(include_str!("sync_webhooks.sql")).bind(&names).bind(&digests).execute(pool).await;
    synced.map(|_| ()).map_err(DeliveryError::ledger("write down the webhooks"))
}

/// Puts one call into the outbox for each hook that listens, in the caller's transaction; how many were new. A second
/// run adds nothing.
pub async fn announce(tx: &mut PgConnection, hooks: &[Webhook], event: &Event) -> Result<u64, DeliveryError> {
    let listening = hooks.iter().filter(|hook| hook.listens(event.kind(), &event.job));
    enqueue_calls(tx, &listening.collect::<Vec<_>>(), event).await
}

/// One call for each of `hooks`, whatever they listen to.
pub(super) async fn enqueue_calls(
    tx: &mut PgConnection,
    hooks: &[&Webhook],
    event: &Event,
) -> Result<u64, DeliveryError> {
    if hooks.is_empty() {
        return Ok(0);
    }
    let write = || DeliveryError::ledger("enqueue calls of webhooks");
    let bodies: Vec<Vec<u8>> = hooks.iter().map(|hook| body_of(hook.format, event)).collect();
    let digests: Vec<Vec<u8>> = bodies.iter().map(|body| Sha256::digest(body).to_vec()).collect();
    let keys: Vec<String> = hooks.iter().map(|hook| event.dedupe_key(&hook.name)).collect();
    let ids: Vec<String> = keys.iter().map(|key| webhook_id(key)).collect();
    sqlx::query(include_str!("store_bodies.sql"))
        .bind(&digests)
        .bind(&bodies)
        .execute(&mut *tx)
        .await
        .map_err(write())?;
    let inserted = sqlx::query(include_str!("enqueue_calls.sql"))
        .bind(event.run_id)
        .bind(event.label())
        .bind(event.kind().name())
        .bind(hooks.iter().map(|hook| hook.name.as_str()).collect::<Vec<_>>())
        .bind(&keys)
        .bind(&ids)
        .bind(&digests)
        .bind(hooks.iter().map(|hook| hook.on_uncertain.name()).collect::<Vec<_>>())
        .bind(hooks.iter().map(|hook| hook.attempt_max).collect::<Vec<_>>())
        .bind(hooks.iter().map(|hook| hook.expires_after.as_secs() as i64).collect::<Vec<_>>())
        .bind(slack_line(event))
        .execute(&mut *tx)
        .await
        .map_err(write())?;
    chaos::point("webhook.announced");
    sqlx::query("select pg_notify($1, 'message')").bind(CHANNEL).execute(tx).await.map_err(write())?;
    Ok(inserted.rows_affected())
}

fn body_of(format: CallFormat, event: &Event) -> Vec<u8> {
    let payload = match format {
        CallFormat::Json => event.payload(),
        CallFormat::Slack => slack_payload(event),
    };
    payload.to_string().into_bytes()
}

/// The same for every attempt, so that receivers can drop a double.
fn webhook_id(dedupe_key: &str) -> String {
    format!("msg_{}", &hex::encode(Sha256::digest(dedupe_key))[..32])
}

/// A claimed call.
#[derive(Clone, FromRow)]
pub(super) struct Call {
    pub(super) message_id: i64,
    pub(super) attempt: i32,
    pub(super) lease_owner: Uuid,
    /// The `webhook-id`.
    pub(super) rfc_message_id: String,
    pub(super) body: Vec<u8>,
    /// The `webhook-timestamp`: seconds of the Unix epoch by the database's clock.
    pub(super) claimed_at: i64,
}

/// Takes the hook's oldest call that is due.
pub(super) async fn claim_call(pool: &PgPool, hook: &str, owner: Uuid) -> Result<Option<Call>, DeliveryError> {
    let claimed = sqlx::query_as(include_str!("claim_call.sql")).bind(hook).bind(owner).fetch_optional(pool).await;
    let claimed: Option<Call> = claimed.map_err(DeliveryError::ledger("claim a call"))?;
    if claimed.is_some() {
        chaos::point("webhook.claimed");
    }
    Ok(claimed)
}

/// Makes durable that the request is about to be written. `false`: the call is no longer ours, write nothing.
pub(super) async fn mark_call(pool: &PgPool, call: &Call) -> Result<bool, DeliveryError> {
    let marked = sqlx::query(include_str!("mark_call.sql"))
        .bind(call.message_id)
        .bind(call.attempt)
        .bind(call.lease_owner)
        .execute(pool)
        .await;
    Ok(marked.map_err(DeliveryError::ledger("mark a call"))?.rows_affected() == 1)
}

/// What a call came to, for the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallOutcome {
    /// 2xx.
    Sent,
    /// Not now; at the earliest after this.
    Retry(Option<Duration>),
    /// Never.
    Refused,
    /// Never, and nothing else of this hook either.
    Gone,
    /// Nobody knows.
    Unknown,
}

/// Records what a call came to; fenced on the attempt, so that a late record of a lost claim changes nothing.
pub(super) async fn record_call(
    pool: &PgPool,
    call: &Call,
    outcome: CallOutcome,
    reply: &Reply,
) -> Result<(), DeliveryError> {
    let (sql, word, pause) = match outcome {
        CallOutcome::Sent => (include_str!("record_call_sent.sql"), None, None),
        CallOutcome::Gone => (include_str!("record_call_gone.sql"), None, None),
        CallOutcome::Retry(pause) => (include_str!("record_call_failure.sql"), Some("retry"), pause),
        CallOutcome::Refused => (include_str!("record_call_failure.sql"), Some("refused"), None),
        CallOutcome::Unknown => (include_str!("record_call_failure.sql"), Some("unknown"), None),
    };
    let mut query = sqlx::query(sql)
        .bind(call.message_id)
        .bind(call.attempt)
        .bind(call.lease_owner)
        .bind(reply.code.map(i32::from))
        .bind(&reply.text);
    if let Some(word) = word {
        query = query.bind(word).bind(pause.map_or(0.0, |pause| pause.as_secs_f64()));
    }
    query.execute(pool).await.map(|_| ()).map_err(DeliveryError::ledger("record a call"))
}
