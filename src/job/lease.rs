//! A worker's ear and pulse while it works on a run: it says that it lives, and hears when the run is no longer its own.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;

use crate::job::cancel::CANCEL_CHANNEL;
use crate::job::{Claim, JobError, RunError, heartbeat};

/// A run shorter than this is over before anybody could cancel it, and costs no listener.
const LISTEN_AFTER: Duration = Duration::from_millis(500);
/// Between two tries to listen again.
const LISTEN_PAUSE: Duration = Duration::from_secs(5);

/// Ends when the run is no longer this attempt's: taken by another worker, or cancelled by a person.
pub(super) async fn lease_lost(pool: &PgPool, claim: &Claim) {
    tokio::select! {
        () = beat(pool, claim) => {}
        () = cancelled(pool, claim) => {}
    }
}

/// Renews the lease for as long as it is ours.
async fn beat(pool: &PgPool, claim: &Claim) {
    loop {
        tokio::time::sleep(claim.lease / 3).await;
        if !is_ours(pool, claim).await {
            return;
        }
    }
}

/// Listens for a person's word, so that a cancelled run ends in a moment. Without a listener the next beat finds out.
async fn cancelled(pool: &PgPool, claim: &Claim) {
    tokio::time::sleep(LISTEN_AFTER).await;
    while let Err(error) = hear_cancel(pool, claim).await {
        tracing::debug!("not listening: {error}");
        tokio::time::sleep(LISTEN_PAUSE).await;
    }
}

async fn hear_cancel(pool: &PgPool, claim: &Claim) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CANCEL_CHANNEL).await?;
    let run_id = claim.run_id.to_string();
    // The word may have been said before anybody listened.
    while is_ours(pool, claim).await {
        while listener.recv().await?.payload() != run_id {}
    }
    Ok(())
}

/// Renews the lease and says whether there was one. A database that is away is no answer: the fence has the last word.
async fn is_ours(pool: &PgPool, claim: &Claim) -> bool {
    match heartbeat(pool, claim).await {
        Ok(()) => true,
        Err(JobError::Superseded { .. }) => false,
        Err(error) => {
            tracing::warn!("{}", RunError::from(error));
            true
        }
    }
}
