//! Keeps the HTTP window on the snapshot that is current.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;
use tracing::{info, warn};

use crate::http::Published;
use crate::metric::{CHANNEL, MetricError, Which, load_snapshot};

/// Reads the current snapshot of a tenant and shows it; returns its business date, if there is one.
pub async fn refresh_window(
    pool: &PgPool,
    published: &Published,
    tenant: &str,
) -> Result<Option<chrono::NaiveDate>, MetricError> {
    let mut connection =
        pool.acquire().await.map_err(|source| MetricError::Warehouse { action: "connecting", source })?;
    let Some(snapshot) = load_snapshot(&mut connection, tenant, Which::Current).await? else { return Ok(None) };
    let date = snapshot.header.business_date;
    if published.current().is_none_or(|shown| shown.header.snapshot_id != snapshot.header.snapshot_id) {
        info!(snapshot.id = snapshot.header.snapshot_id, "serving snapshot {} for {date}", snapshot.header.snapshot_id);
        published.replace(Arc::new(snapshot));
    }
    Ok(Some(date))
}

/// Follows the publishes until `stop` turns true: by notification, and by looking every minute in case one was lost.
pub async fn follow_snapshots(pool: PgPool, published: Published, tenant: String, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let listening = async {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.listen(CHANNEL).await?;
            loop {
                if let Err(error) = refresh_window(&pool, &published, &tenant).await {
                    warn!("the current snapshot cannot be read: {error}");
                }
                let _ = tokio::time::timeout(LOOK_AGAIN, listener.recv()).await;
            }
        };
        let ended: Result<(), sqlx::Error> = tokio::select! {
            ended = listening => ended,
            _ = stop.wait_for(|is_stopping| *is_stopping) => return,
        };
        if let Err(error) = ended {
            warn!("the publishes cannot be followed, trying again: {error}");
        }
        tokio::select! {
            () = tokio::time::sleep(RECONNECT_PAUSE) => {}
            _ = stop.wait_for(|is_stopping| *is_stopping) => return,
        }
    }
}

const LOOK_AGAIN: Duration = Duration::from_secs(60);
const RECONNECT_PAUSE: Duration = Duration::from_secs(5);
