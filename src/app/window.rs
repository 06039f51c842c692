//! Keeps the HTTP window on what is current: the snapshot of each tenant, the lists beside it, the tokens.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;
use tracing::{info, warn};

use crate::base::{Remedied, Remedy};
use crate::delivery::DeliveryError;
use crate::delivery::edition::{SEAL_CHANNEL, list_editions};
use crate::http::{Shelf, TOKEN_CHANNEL, Tenants, TokenBook, TokenError, list_snapshots, list_tokens};
use crate::metric::{CHANNEL, MetricError, Which, load_snapshot};

/// Why the window cannot be brought up to date; it goes on showing what it showed.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// The snapshots cannot be read.
    #[error(transparent)]
    Numbers(MetricError),
    /// The tokens cannot be read.
    #[error(transparent)]
    Tokens(TokenError),
    /// The sealed reports cannot be read.
    #[error(transparent)]
    Reports(DeliveryError),
}

impl Remedied for WindowError {
    fn remedy(&self) -> Remedy {
        match self {
            WindowError::Numbers(source) => source.remedy(),
            WindowError::Tokens(source) => source.remedy(),
            WindowError::Reports(source) => source.remedy(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            WindowError::Numbers(source) => source.hint(),
            WindowError::Tokens(source) => source.hint(),
            WindowError::Reports(source) => source.hint(),
        }
    }
}

/// What the window shows, and to whom.
#[derive(Clone)]
pub struct Window {
    /// The snapshots.
    pub tenants: Tenants,
    /// The tokens.
    pub tokens: TokenBook,
    /// How long it goes without looking when nothing is announced.
    pub look_again: Duration,
}

impl Default for Window {
    fn default() -> Self {
        Self { tenants: Tenants::default(), tokens: TokenBook::default(), look_again: LOOK_AGAIN }
    }
}

/// Reports that are listed: two years of a dozen a week.
const REPORT_COUNT_MAX: i64 = 1_000;

impl Window {
    /// Reads everything that changed. A second call changes nothing that a client sees.
    pub async fn refresh(&self, pool: &PgPool) -> Result<(), WindowError> {
        // Rights first: a token that was revoked must not wait for a large snapshot.
        self.tokens.replace(list_tokens(pool).await.map_err(WindowError::Tokens)?);
        let failed = |action| move |source| WindowError::Numbers(MetricError::Warehouse { action, source });
        let current: Vec<(String, i64)> = sqlx::query_as(include_str!("current_snapshots.sql"))
            .fetch_all(pool)
            .await
            .map_err(failed("reading which snapshots are current"))?;
        for (tenant, snapshot_id) in current {
            let published = self.tenants.of(&tenant);
            if published.current().is_none_or(|shown| shown.header.snapshot_id != snapshot_id) {
                let mut connection = pool.acquire().await.map_err(failed("connecting"))?;
                let read = load_snapshot(&mut connection, &tenant, Which::Current).await;
                if let Some(snapshot) = read.map_err(WindowError::Numbers)? {
                    let (id, date) = (snapshot.header.snapshot_id, snapshot.header.business_date);
                    published.replace(Arc::new(snapshot));
                    info!(snapshot.id = id, tenant.name = tenant, "serving snapshot {id} of {tenant} for {date}");
                }
            }
            let days = list_snapshots(pool, &tenant).await.map_err(WindowError::Numbers)?;
            let reports = list_editions(pool, &tenant, REPORT_COUNT_MAX).await.map_err(WindowError::Reports)?;
            published.arrange(Shelf { days, reports });
        }
        self.tenants.note(None);
        Ok(())
    }

    /// Follows publishes, tokens and sealed reports until `stop` turns true: by notification, and by looking every so often in case one
    /// was lost. While the warehouse is away everything stays as it was, and readers are told.
    pub async fn follow(&self, pool: PgPool, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let ended = tokio::select! {
                ended = self.listen(&pool) => ended,
                _ = stop.wait_for(|is_stopping| *is_stopping) => return,
            };
            if let Err(error) = ended {
                warn!("the warehouse cannot be followed, trying again: {error}");
                self.tenants.note(Some(AWAY));
            }
            tokio::select! {
                () = tokio::time::sleep(RECONNECT_PAUSE) => {}
                _ = stop.wait_for(|is_stopping| *is_stopping) => return,
            }
        }
    }

    async fn listen(&self, pool: &PgPool) -> Result<(), FollowError> {
        let mut listener = PgListener::connect_with(pool).await.map_err(FollowError::Listen)?;
        // A lost connection is told instead of mended in silence: what was announced meanwhile was lost with it.
        listener.eager_reconnect(false);
        listener.listen_all([CHANNEL, TOKEN_CHANNEL, SEAL_CHANNEL]).await.map_err(FollowError::Listen)?;
        loop {
            self.refresh(pool).await.map_err(FollowError::Refresh)?;
            match tokio::time::timeout(self.look_again, listener.try_recv()).await {
                Ok(Ok(None)) => return Err(FollowError::Lost),
                Ok(Err(error)) => return Err(FollowError::Listen(error)),
                // Something was announced, or it is time to look.
                Ok(Ok(Some(_))) | Err(_) => {}
            }
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error("{0}")]
    Listen(sqlx::Error),
    #[error("{0}")]
    Refresh(WindowError),
    #[error("the connection was lost")]
    Lost,
}

/// What readers are told meanwhile.
const AWAY: &str = "the warehouse is away: these are the last numbers that were read from it";
const LOOK_AGAIN: Duration = Duration::from_secs(30);
const RECONNECT_PAUSE: Duration = Duration::from_secs(2);
