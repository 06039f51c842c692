//! What wakes the worker: a cron job of five seconds, a monotonic fall-back, and the database's own word. Waking is all
//! it does: a lost or doubled tick costs a moment and never a slot.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_cron_scheduler::{Job as TickerJob, JobScheduler};

use crate::delivery::CHANNEL;
use crate::job::JobError;

const EVERY_FIVE_SECONDS: &str = "*/5 * * * * *";
/// The wall clock may jump or its scheduler may stall; this one only counts.
const FALLBACK: Duration = Duration::from_secs(15);
/// Between two tries to listen again.
const LISTEN_PAUSE: Duration = Duration::from_secs(5);

/// A running ticker; dropping it stops it.
pub struct Ticker {
    count: watch::Sender<u64>,
    scheduler: JobScheduler,
    listener: JoinHandle<()>,
}

/// One loop's ear for the ticker.
pub struct Wake {
    count: watch::Receiver<u64>,
}

impl Ticker {
    /// Starts ticking.
    pub async fn start(pool: &PgPool) -> Result<Self, JobError> {
        let failed = |source| JobError::Ticker { source };
        let count = watch::Sender::new(0);
        let scheduler = JobScheduler::new().await.map_err(failed)?;
        let ticked = count.clone();
        let job = TickerJob::new_async(EVERY_FIVE_SECONDS, move |_, _| {
            wake(&ticked);
            Box::pin(std::future::ready(()))
        });
        scheduler.add(job.map_err(failed)?).await.map_err(failed)?;
        scheduler.start().await.map_err(failed)?;
        let listener = tokio::spawn(listen(pool.clone(), count.clone()));
        Ok(Self { count, scheduler, listener })
    }

    /// An ear of its own for one loop.
    pub fn subscribe(&self) -> Wake {
        Wake { count: self.count.subscribe() }
    }

    /// Stops ticking.
    pub async fn stop(mut self) {
        // Its only job holds nothing; there is nothing to wait for.
        let _ = self.scheduler.shutdown().await;
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl Wake {
    /// The next reason to look: five seconds, a notification, or the fall-back. Ticks while nobody listened are one.
    pub async fn tick(&mut self) {
        // Elapsed is a tick like any other.
        let _ = tokio::time::timeout(FALLBACK, self.count.changed()).await;
    }
}

fn wake(count: &watch::Sender<u64>) {
    count.send_modify(|n| *n = n.wrapping_add(1));
}

async fn listen(pool: PgPool, count: watch::Sender<u64>) {
    loop {
        // Without a listener the tick alone finds the work, five seconds later.
        if let Err(error) = forward(&pool, &count).await {
            tracing::debug!("not listening: {error}");
        }
        tokio::time::sleep(LISTEN_PAUSE).await;
    }
}

async fn forward(pool: &PgPool, count: &watch::Sender<u64>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        listener.recv().await?;
        wake(count);
    }
}
