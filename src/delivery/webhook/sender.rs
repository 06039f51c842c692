//! From the outbox to the receivers: one lane a hook, so that a silent one delays nobody else.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};
use uuid::Uuid;

use crate::base::{Remedied, Remedy, chaos};
use crate::delivery::DeliveryError;
use crate::delivery::mailer::Reply;
use crate::delivery::outbox::reap_messages;
use crate::delivery::webhook::call::make_call;
use crate::delivery::webhook::outbox::{Call, CallOutcome, claim_call, mark_call, record_call};
use crate::delivery::webhook::sweep::sweep;
use crate::delivery::webhook::{Webhook, Webhooks, sync_webhooks};

/// Makes the calls that are due. Cheap to clone; the clones share who they are and which hooks rest.
#[derive(Clone)]
pub struct Caller {
    pool: PgPool,
    owner: Uuid,
    rests: Arc<Mutex<BTreeMap<String, Rest>>>,
}

/// A receiver that does not answer, or asked for a pause, is left alone for a while, whatever else is due to it.
#[derive(Clone, Copy)]
struct Rest {
    until: Instant,
    count: u32,
}

const REST_FIRST: Duration = Duration::from_secs(5);
const REST_MAX: Duration = Duration::from_secs(300);
/// A process looks for calls this often; nobody waits for a webhook at a screen.
const LOOK: Duration = Duration::from_secs(5);
/// A database that is away when the receiver has answered is asked again for this long; then the lease decides.
const RECORD_PAUSES: [u64; 7] = [0, 1, 2, 4, 8, 16, 32];

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Calling {
    /// Calls the receivers took.
    pub sent_count: u64,
    /// Calls they did not take, or of which nobody knows.
    pub unsent_count: u64,
}

impl Caller {
    /// A caller with an identity of its own.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, owner: Uuid::new_v4(), rests: Arc::default() }
    }

    /// Makes every call that is due, or as many as the word to stop lets it, and waits for all of them.
    pub async fn call_due(&self, webhooks: &Webhooks, stop: &watch::Receiver<bool>) -> Result<Calling, DeliveryError> {
        if webhooks.list.is_empty() {
            return Ok(Calling::default());
        }
        self.prepare(webhooks).await?;
        let mut total = Calling::default();
        for called in join_all(webhooks.list.iter().map(|hook| self.run_lane(webhooks, hook, stop))).await {
            let Calling { sent_count, unsent_count } = called?;
            total.sent_count += sent_count;
            total.unsent_count += unsent_count;
        }
        Ok(total)
    }

    /// Makes calls until the word to stop; then the calls under way get the grace. `webhooks` is asked at every look, so
    /// that changed files count from then on.
    pub async fn serve(&self, webhooks: impl Fn() -> Arc<Webhooks>, mut stop: watch::Receiver<bool>, grace: Duration) {
        let mut lanes: JoinSet<()> = JoinSet::new();
        let busy: Arc<Mutex<Vec<String>>> = Arc::default();
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*stop.borrow() {
            tokio::select! {
                _ = look.tick() => {}
                _ = stop.wait_for(|is_stopping| *is_stopping) => break,
            }
            while lanes.try_join_next().is_some() {}
            let webhooks = webhooks();
            if webhooks.list.is_empty() {
                continue;
            }
            if let Err(error) = self.prepare(&webhooks).await {
                tracing::error!("{error}");
                continue;
            }
            for index in 0..webhooks.list.len() {
                self.start_lane(&mut lanes, &busy, webhooks.clone(), index, stop.clone());
            }
        }
        let _ = tokio::time::timeout(grace, async { while lanes.join_next().await.is_some() {} }).await;
    }

    /// Starts the hook's lane unless it is still busy.
    fn start_lane(
        &self,
        lanes: &mut JoinSet<()>,
        busy: &Arc<Mutex<Vec<String>>>,
        webhooks: Arc<Webhooks>,
        index: usize,
        stop: watch::Receiver<bool>,
    ) {
        let name = webhooks.list[index].name.clone();
        {
            let mut busy = busy.lock().unwrap_or_else(PoisonError::into_inner);
            if busy.contains(&name) {
                return;
            }
            busy.push(name.clone());
        }
        // Freed by its drop, so that a lane that panics is started again.
        let place = Busy { name, busy: busy.clone() };
        let caller = self.clone();
        lanes.spawn(async move {
            let _place = place;
            if let Err(error) = caller.run_lane(&webhooks, &webhooks.list[index], &stop).await {
                tracing::error!("{error}");
            }
        });
    }

    /// Which hooks there are, what fell silent, what nobody was told of yet.
    async fn prepare(&self, webhooks: &Webhooks) -> Result<(), DeliveryError> {
        sync_webhooks(&self.pool, &webhooks.list).await?;
        reap_messages(&self.pool).await?;
        sweep(&self.pool, webhooks).await.map(|_| ())
    }

    async fn run_lane(
        &self,
        webhooks: &Webhooks,
        hook: &Webhook,
        stop: &watch::Receiver<bool>,
    ) -> Result<Calling, DeliveryError> {
        let mut calling = Calling::default();
        while !*stop.borrow() && !self.is_resting(&hook.name) {
            let Some(call) = claim_call(&self.pool, &hook.name, self.owner).await? else { break };
            match self.call_one(webhooks, hook, &call).await? {
                true => calling.sent_count += 1,
                false => calling.unsent_count += 1,
            }
        }
        Ok(calling)
    }

    /// Makes one call and records what came of it; whether it was sent.
    async fn call_one(&self, webhooks: &Webhooks, hook: &Webhook, call: &Call) -> Result<bool, DeliveryError> {
        let mark = async || match mark_call(&self.pool, call).await {
            Ok(is_ours) => is_ours,
            // Without a durable marker the request must not be written.
            Err(error) => {
                tracing::warn!(message.id = call.message_id, "{error}");
                false
            }
        };
        let Some((outcome, reply)) = make_call(&webhooks.outside, hook, call, mark).await else { return Ok(false) };
        chaos::point("webhook.answered");
        self.note(&hook.name, call, outcome, &reply);
        self.record(call, outcome, &reply).await?;
        chaos::point("webhook.recorded");
        Ok(outcome == CallOutcome::Sent)
    }

    /// The receiver has spoken; a database that is away for a moment must not make that unknown.
    async fn record(&self, call: &Call, outcome: CallOutcome, reply: &Reply) -> Result<(), DeliveryError> {
        let mut recorded = Ok(());
        for pause in RECORD_PAUSES {
            tokio::time::sleep(Duration::from_secs(pause)).await;
            recorded = record_call(&self.pool, call, outcome, reply).await;
            if recorded.as_ref().err().is_none_or(|e| e.remedy() != Remedy::RetryLater) {
                break;
            }
        }
        recorded
    }

    /// Logs what is not well, without the receiver's words, and lets the hook rest when it asked for it or is away.
    fn note(&self, hook: &str, call: &Call, outcome: CallOutcome, reply: &Reply) {
        let (id, code) = (call.message_id, reply.code);
        let mut rests = self.rests.lock().unwrap_or_else(PoisonError::into_inner);
        let count = rests.get(hook).map_or(0, |rest| rest.count);
        let pause = match (outcome, code) {
            (CallOutcome::Retry(Some(asked)), _) => Some(asked),
            (CallOutcome::Retry(None) | CallOutcome::Unknown, None) => {
                Some(REST_MAX.min(REST_FIRST * 2u32.saturating_pow(count)))
            }
            _ => None,
        };
        match pause {
            Some(pause) => {
                rests.insert(hook.to_owned(), Rest { until: Instant::now() + pause, count: count.saturating_add(1) });
            }
            None => {
                rests.remove(hook);
            }
        }
        match outcome {
            CallOutcome::Sent => tracing::debug!(message.id = id, hook.name = hook, "{hook} was called"),
            CallOutcome::Gone => tracing::error!(
                message.id = id,
                hook.name = hook,
                "{hook}: the receiver said 410 Gone; its calls stop until its URL changes or a resend succeeds"
            ),
            CallOutcome::Retry(_) | CallOutcome::Refused | CallOutcome::Unknown => {
                tracing::warn!(message.id = id, hook.name = hook, http.code = code, ?outcome, "call not taken");
            }
        }
    }

    fn is_resting(&self, hook: &str) -> bool {
        let rests = self.rests.lock().unwrap_or_else(PoisonError::into_inner);
        rests.get(hook).is_some_and(|rest| Instant::now() < rest.until)
    }
}

/// A lane's place among the busy ones.
struct Busy {
    name: String,
    busy: Arc<Mutex<Vec<String>>>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).retain(|name| *name != self.name);
    }
}
