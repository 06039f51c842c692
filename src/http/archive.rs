//! Earlier snapshots, for `as_of`: which there are is known beforehand, one is read when it is first asked for.
//!
//! This is one of the two places where a request may wait for the warehouse (the other is a file): all days would not fit
//! the memory. A day that was read stays while it is among the last few asked for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::http::published::Edition;
use crate::http::refusal::Refusal;
use crate::metric::{MetricError, Which, load_snapshot};

/// A published snapshot in the list of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct SnapshotLine {
    /// The last complete day inside.
    #[serde(rename = "as_of")]
    pub business_date: NaiveDate,
    /// The last one published for that day.
    #[serde(rename = "snapshot")]
    pub snapshot_id: i64,
    /// When it was.
    #[serde(rename = "computed_at", serialize_with = "seconds")]
    pub published_at: DateTime<Utc>,
    /// How often that day was published.
    pub publish_count: i64,
    /// Whether it is the one that counts now.
    pub is_current: bool,
}

fn seconds<S: serde::Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&crate::http::envelope::instant(*at))
}

/// Every day a tenant's snapshots were published for, newest first.
pub async fn list_snapshots(pool: &PgPool, tenant: &str) -> Result<Vec<SnapshotLine>, MetricError> {
    let lines = sqlx::query_as(include_str!("sql/snapshots.sql")).bind(tenant).fetch_all(pool).await;
    lines.map_err(|source| MetricError::Warehouse { action: "listing the snapshots", source })
}

/// The earlier snapshots that were asked for last.
#[derive(Default)]
pub(super) struct Past {
    kept: Mutex<Vec<Arc<Edition>>>,
    /// Whoever reads one: however many ask for the same day, it is read once.
    turn: tokio::sync::Mutex<()>,
}

/// Days kept: a comparison with last week, month and year, for several readers.
const DAY_COUNT_MAX: usize = 8;
/// How long one may take to be read, with the wait for one's turn.
const PATIENCE: Duration = Duration::from_secs(5);

impl Past {
    /// The snapshot of a line. A day that is kept is there at once, whatever else is being read.
    pub(super) async fn edition(
        &self,
        pool: Option<&PgPool>,
        tenant: &str,
        line: &SnapshotLine,
    ) -> Result<Arc<Edition>, Refusal> {
        if let Some(edition) = self.find(line.snapshot_id) {
            return Ok(edition);
        }
        let away = || Refusal::unavailable("warehouse_away", "that day's snapshot cannot be read just now");
        let reading = async {
            let _turn = self.turn.lock().await;
            if let Some(edition) = self.find(line.snapshot_id) {
                return Ok(edition);
            }
            let mut connection = pool.ok_or_else(away)?.acquire().await.map_err(|_| away())?;
            let read = load_snapshot(&mut connection, tenant, Which::Id(line.snapshot_id)).await;
            let read = read.map_err(|error| {
                tracing::warn!("the snapshot of {} cannot be read: {error}", line.business_date);
                away()
            })?;
            let snapshot = read.ok_or_else(|| Refusal::not_found("that day's snapshot is no longer kept"))?;
            Ok(self.keep(Arc::new(Edition::of(Arc::new(snapshot)))))
        };
        tokio::time::timeout(PATIENCE, reading).await.map_err(|_| away())?
    }

    /// One that is kept; it is the last to be forgotten from now on.
    fn find(&self, snapshot_id: i64) -> Option<Arc<Edition>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|edition| edition.snapshot.header.snapshot_id == snapshot_id)?;
        let edition = kept.remove(at);
        kept.push(edition.clone());
        Some(edition)
    }

    fn keep(&self, edition: Arc<Edition>) -> Arc<Edition> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= DAY_COUNT_MAX {
            kept.remove(0);
        }
        kept.push(edition.clone());
        edition
    }
}

/// The line of the snapshot that was published for a day, or which days there are.
pub(super) fn find(days: &[SnapshotLine], date: NaiveDate) -> Result<&SnapshotLine, Refusal> {
    days.iter().find(|line| line.business_date == date).ok_or_else(|| {
        let range = match (days.last(), days.first()) {
            (Some(first), Some(last)) => format!(
                "there are those of {} days from {} to {}; /snapshots lists them",
                days.len(),
                first.business_date,
                last.business_date
            ),
            _ => "there is none yet".to_owned(),
        };
        Refusal::no_member("as_of", format!("no snapshot was published for {date}: {range}"))
    })
}
