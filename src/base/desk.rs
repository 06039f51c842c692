//! Connections kept at hand by those who say much and leave nothing open.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::time::Instant;

/// A pool, and connections of it that have just answered. What the pool asks of a connection that is given back costs
/// more than most statements; one that is known to be in order need not go back. Cheap to clone; the clones share what
/// they keep, and the last one gives it back.
#[derive(Debug, Clone)]
pub struct Desk(Arc<Kept>);

#[derive(Debug)]
struct Kept {
    pool: PgPool,
    connections: Mutex<Vec<(PoolConnection<Postgres>, Instant)>>,
}

/// A connection that was silent for longer may have died; the pool asks before it lends one.
const KEPT_MAX: Duration = Duration::from_secs(1);

impl Desk {
    /// A desk with nothing on it.
    pub fn new(pool: PgPool) -> Self {
        Self(Arc::new(Kept { pool, connections: Mutex::default() }))
    }

    /// The pool.
    pub fn pool(&self) -> &PgPool {
        &self.0.pool
    }

    /// The connection that was kept last, or one from the pool.
    pub async fn take(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        match self.take_kept() {
            Some(connection) => Ok(connection),
            None => self.0.pool.acquire().await,
        }
    }

    /// Keeps a connection whose last word was answered well and that is in no transaction. One that failed, or whose
    /// answer nobody waited for, is dropped instead: the pool looks at it.
    pub fn keep(&self, connection: PoolConnection<Postgres>) {
        self.connections().push((connection, Instant::now()));
    }

    /// Gives everything back. Who stays but has nothing to say must do this: a pool that is closed waits for all of its
    /// connections.
    pub fn clear(&self) {
        self.connections().clear();
    }

    fn take_kept(&self) -> Option<PoolConnection<Postgres>> {
        let mut connections = self.connections();
        let (connection, kept_at) = connections.pop()?;
        if kept_at.elapsed() < KEPT_MAX {
            return Some(connection);
        }
        // The others were kept before it.
        connections.clear();
        None
    }

    fn connections(&self) -> std::sync::MutexGuard<'_, Vec<(PoolConnection<Postgres>, Instant)>> {
        self.0.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<&PgPool> for Desk {
    fn from(pool: &PgPool) -> Self {
        Self::new(pool.clone())
    }
}

impl From<&Desk> for Desk {
    fn from(desk: &Desk) -> Self {
        desk.clone()
    }
}
