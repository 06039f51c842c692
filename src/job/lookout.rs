//! What a serving process does beside its runs: each quarter of a minute it reads the ledgers' numbers for the meters,
//! and, where it works the schedules, looks for trouble and tells its owner, and tells readers of editions that are held.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;

use crate::job::{AlertPost, RunError, look_for_trouble, note_numbers, tell_held_editions};

/// Between two looks: soon enough for a person, seldom enough to cost nothing.
const LOOK_PAUSE: Duration = Duration::from_secs(15);

/// Looks until `stop` turns true; without a `post` only at the numbers. A database that is away is waited for.
pub async fn keep_lookout(pool: PgPool, post: Option<AlertPost>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let looked = async {
            if let Some(post) = &post {
                look_for_trouble(&pool, post).await?;
                tell_held_editions(&pool, &post.sender).await?;
            }
            note_numbers(&pool).await
        };
        if let Err(error) = looked.await {
            tracing::warn!("{}", RunError::from(error));
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_PAUSE) => {}
            _ = stop.wait_for(|is_stopped| *is_stopped) => {}
        }
    }
}
