//! The worker: tick, claim, run under a heartbeat, record; beside it the sender of mail.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::{PgConnection, PgPool};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tracing::{Instrument as _, Span};
use uuid::Uuid;

use crate::base::meter::meters;
use crate::base::{Desk, Night, Remedy, clock};
use crate::delivery::{DeliveryError, Mailer, Sender, Sending};
use crate::job::lease::lease_lost;
use crate::job::{
    Claim, Failure, JobError, Origin, RunError, Ticker, Wake, claim, fail, finish, hand_over, step, tick,
};

/// What a run gets to work with.
#[derive(Clone)]
pub struct RunContext {
    /// The warehouse.
    pub pool: PgPool,
    /// The run: job, business date, frozen spec.
    pub claim: Arc<Claim>,
    desk: Desk,
}

impl RunContext {
    /// Does `work` once for this run, in one transaction with its memo and its fence; see [`step()`].
    pub async fn step<T, F>(&self, name: &str, work: F) -> Result<T, RunError>
    where
        T: Serialize + DeserializeOwned,
        F: AsyncFnOnce(&mut PgConnection) -> Result<T, RunError>,
    {
        step(&self.desk, &self.claim, name, work).await
    }

    /// The night this run works for.
    pub fn night(&self) -> Night {
        Night { business_date: self.claim.business_date, run_id: Some(self.claim.run_id), started_at: clock::now() }
    }
}

/// What a run does: supplied once by the process, chosen by [`Spec::kind`](crate::job::Spec).
pub type Runner = Arc<dyn Fn(RunContext) -> BoxFuture<'static, Result<(), RunError>> + Send + Sync>;

/// A worker process.
pub struct Worker {
    /// The warehouse. At least four connections a run, and seven for the tick, the listener, the lookout and the lanes of mail.
    pub pool: PgPool,
    /// What a run does.
    pub runner: Runner,
    /// Where mail goes.
    pub mailer: Mailer,
    /// Runs at the same time, of different jobs.
    pub run_max: usize,
    /// How long runs may go on after the word to stop, before they are handed over.
    pub grace: Duration,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Recorded as done.
    Succeeded,
    /// Recorded as failed.
    Failed {
        /// Why.
        error: RunError,
        /// Whether it is tried again.
        failure: Failure,
    },
    /// Another worker holds the run; nothing of this attempt was committed after that.
    Superseded,
    /// A person took the run back; nothing of this attempt was committed after that.
    Cancelled {
        /// Who, and why.
        words: String,
    },
    /// Given back because this worker stops.
    HandedOver,
}

impl Ending {
    /// The name in the meters.
    pub fn name(&self) -> &'static str {
        match self {
            Ending::Succeeded => "succeeded",
            Ending::Failed { failure: Failure::Retried, .. } => "retried",
            Ending::Failed { failure: Failure::Dead, .. } => "dead",
            Ending::Superseded => "superseded",
            Ending::Cancelled { .. } => "cancelled",
            Ending::HandedOver => "handed_over",
        }
    }
}

impl Worker {
    /// Works until `stop` turns true, then lets the live runs finish for the grace and hands the rest over.
    ///
    /// A database that is away is logged and waited for; only a ticker that cannot start is an error.
    pub async fn serve(self, stop: watch::Receiver<bool>) -> Result<(), JobError> {
        let ticker = Ticker::start(&self.pool).await?;
        let sender = Sender::new(self.pool.clone(), self.mailer.clone());
        let mut sending = JoinSet::new();
        sending.spawn(send_mail(sender, ticker.subscribe(), stop.clone()));
        let mut runs = JoinSet::new();
        self.run_loop(ticker.subscribe(), stop, &mut runs).await;
        while runs.join_next().await.is_some() {}
        // A message in the middle of its conversation gets the grace too; its row says what was known.
        let _ = tokio::time::timeout(self.grace, sending.join_next()).await;
        ticker.stop().await;
        Ok(())
    }

    async fn run_loop(&self, mut wake: Wake, mut stop: watch::Receiver<bool>, runs: &mut JoinSet<()>) {
        let (owner, desk) = (Uuid::new_v4(), Desk::from(&self.pool));
        let mut is_tick = true;
        while !*stop.borrow() {
            let mut turned = if is_tick { self.look().await } else { Ok(()) };
            if turned.is_ok() {
                turned = self.start_runs(&desk, owner, &stop, runs).await;
            }
            meters().note_turn(turned.is_ok());
            if let Err(error) = turned {
                tracing::error!("{}", RunError::from(error));
            }
            is_tick = tokio::select! {
                () = wake.tick() => true,
                // A run that ended may have made room, or fulfilled another's needs; slots and leases are the tick's.
                Some(_) = runs.join_next() => false,
                () = stopped(&mut stop) => false,
            };
        }
    }

    /// One look at the ledger: what is due becomes rows, what fell silent comes back.
    async fn look(&self) -> Result<(), JobError> {
        let ticked = tick(&self.pool).await?;
        if ticked.slot_count + ticked.reaped_count + ticked.late_count > 0 {
            let (slots, reaped, late) = (ticked.slot_count, ticked.reaped_count, ticked.late_count);
            tracing::info!(
                slot.count = slots,
                reaped.count = reaped,
                late.count = late,
                "{slots} slots came due, {reaped} runs came back, {late} waited in vain"
            );
        }
        Ok(())
    }

    /// Claims what is ready for as long as there is room.
    async fn start_runs(
        &self,
        desk: &Desk,
        owner: Uuid,
        stop: &watch::Receiver<bool>,
        runs: &mut JoinSet<()>,
    ) -> Result<(), JobError> {
        while runs.len() < self.run_max && !*stop.borrow() {
            let Some(claim) = claim(desk, owner).await? else { break };
            let (desk, runner, stop, grace) = (desk.clone(), self.runner.clone(), stop.clone(), self.grace);
            runs.spawn(async move {
                let (span, job, date) = (span_of(&claim), claim.job.clone(), claim.business_date);
                let ending = run_claimed(&desk, claim, &runner, Stop { stop, grace }).await;
                if let Ending::Failed { error, failure } = ending {
                    let next = if failure == Failure::Retried { "is tried again" } else { "is dead" };
                    span.in_scope(|| tracing::error!("{job} for {date} failed and {next}: {error}"));
                }
            });
        }
        Ok(())
    }
}

/// The word to stop, and how long a run may still go on after it.
#[derive(Clone)]
pub struct Stop {
    /// Turns true once.
    pub stop: watch::Receiver<bool>,
    /// Time to finish.
    pub grace: Duration,
}

/// Works a claimed run to its end under a heartbeat and records how it ended. A failure is the caller's to tell: a
/// worker logs it, `vesper run` prints it.
///
/// A panic is a failure like another; a lost lease, a time-out and the word to stop end the work first.
pub async fn run_claimed(desk: impl Into<Desk>, claim: Claim, runner: &Runner, stop: Stop) -> Ending {
    let (desk, span) = (desk.into(), span_of(&claim));
    let (began_at, claim) = (Instant::now(), Arc::new(claim));
    let kind = claim.spec.kind.name();
    if claim.attempt == 1 && claim.origin == Origin::Cron {
        meters().count_start(&claim.job, kind, claim.lateness);
    }
    let ending = work_and_record(&desk, claim.clone(), runner, stop).instrument(span).await;
    meters().count_run(&claim.job, kind, ending.name(), began_at.elapsed());
    ending
}

/// What every line of a run carries, whichever room writes it.
fn span_of(claim: &Claim) -> Span {
    // Of the highest level, so that a log of errors alone carries it too.
    tracing::error_span!("run", run.id = claim.run_id, job.name = %claim.job, run.attempt = claim.attempt)
}

async fn work_and_record(desk: &Desk, claim: Arc<Claim>, runner: &Runner, stop: Stop) -> Ending {
    let (pool, job, date) = (desk.pool(), claim.job.clone(), claim.business_date);
    tracing::info!("{job} for {date} starts");
    // The set aborts its task when it is dropped: work never outlives the function that records it.
    let mut work = JoinSet::new();
    work.spawn(
        runner(RunContext { pool: pool.clone(), claim: claim.clone(), desk: desk.clone() }).instrument(Span::current()),
    );
    let worked = tokio::select! {
        joined = work.join_next() => outcome(joined.expect("the set holds one task")),
        () = lease_lost(pool, &claim) => Outcome::Superseded,
        () = tokio::time::sleep(claim.timeout) => {
            let message = format!("took longer than its time-out of {} s", claim.timeout.as_secs());
            Outcome::Failed(RunError::new(Remedy::RetryLater, message))
        }
        () = grace_over(stop) => Outcome::HandedOver,
    };
    work.shutdown().await;
    let recorded = match record(desk, &claim, worked).await {
        Ok(Ending::Superseded) | Err(JobError::Superseded { .. }) => why_lost(pool, &claim).await,
        other => other,
    };
    let ending = recorded.unwrap_or_else(|error| {
        // The lease expires and the run comes back; steps that are done stay done.
        tracing::error!("{}", RunError::from(error));
        Ending::Superseded
    });
    match &ending {
        Ending::Succeeded => tracing::info!("{job} for {date} succeeded"),
        Ending::Failed { .. } => {}
        Ending::Superseded => tracing::warn!("{job} for {date} was superseded"),
        Ending::Cancelled { words } => tracing::warn!("{job} for {date} ended: {words}"),
        Ending::HandedOver => tracing::info!("{job} for {date} was handed over"),
    }
    ending
}

enum Outcome {
    Succeeded,
    Failed(RunError),
    Superseded,
    HandedOver,
}

fn outcome(joined: Result<Result<(), RunError>, JoinError>) -> Outcome {
    match joined {
        Ok(Ok(())) => Outcome::Succeeded,
        Ok(Err(error)) => Outcome::Failed(error),
        Err(join) => Outcome::Failed(RunError::new(Remedy::FixCode, format!("the run broke off: {join}"))),
    }
}

async fn record(desk: &Desk, claim: &Claim, outcome: Outcome) -> Result<Ending, JobError> {
    match outcome {
        Outcome::Succeeded => finish(desk, claim).await.map(|()| Ending::Succeeded),
        Outcome::Failed(error) => {
            fail(desk.pool(), claim, &error).await.map(|failure| Ending::Failed { error, failure })
        }
        Outcome::Superseded => Ok(Ending::Superseded),
        Outcome::HandedOver => hand_over(desk.pool(), claim).await.map(|()| Ending::HandedOver),
    }
}

/// Whether a run that is no longer ours went to another worker or was taken back by a person.
async fn why_lost(pool: &PgPool, claim: &Claim) -> Result<Ending, JobError> {
    let words: Option<String> =
        sqlx::query_scalar("select last_error from vesper.run where run_id = $1 and state = 'cancelled'")
            .bind(claim.run_id)
            .fetch_optional(pool)
            .await
            .map_err(JobError::ledger("look at a lost run"))?;
    Ok(words.map_or(Ending::Superseded, |words| Ending::Cancelled { words }))
}

async fn grace_over(mut stop: Stop) {
    stopped(&mut stop.stop).await;
    tokio::time::sleep(stop.grace).await;
}

/// Waits for the word to stop; a process that forgot whom to tell has stopped too.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|is_stopped| *is_stopped).await;
}

/// Sends what is due at every tick until the word to stop.
async fn send_mail(sender: Sender, mut wake: Wake, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let (sent, is_woken) = send_and_take_back(&sender, &mut wake, &stop).await;
        if let Err(error) = sent {
            tracing::error!("{}", RunError::from(error));
        }
        if is_woken {
            continue;
        }
        tokio::select! {
            () = wake.tick() => {}
            () = stopped(&mut stop) => {}
        }
    }
}

/// Sends what is due and meanwhile, at every tick, takes back what others left in the middle: a long queue must not keep
/// a dead sender's messages waiting. Whether there was such a tick: it may have told of a message that no lane saw.
async fn send_and_take_back(
    sender: &Sender,
    wake: &mut Wake,
    stop: &watch::Receiver<bool>,
) -> (Result<Sending, DeliveryError>, bool) {
    let mut sending = pin!(sender.send_due(stop));
    let mut is_woken = false;
    loop {
        tokio::select! {
            sent = &mut sending => return (sent, is_woken),
            () = wake.tick() => is_woken = true,
        }
        if let Err(error) = sender.take_back().await {
            tracing::error!("{}", RunError::from(error));
        }
    }
}
