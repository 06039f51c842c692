//! Snapshots by their number, read once an attempt: a thousand editions show the same one.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::PgConnection;

use crate::base::Remedy;
use crate::job::RunError;
use crate::metric::{Snapshot, Which, load_snapshot};

/// What was read so far.
#[derive(Debug, Clone, Default)]
pub struct Archive(HashMap<i64, Arc<Snapshot>>);

impl Archive {
    /// Keeps a snapshot that was read already.
    pub fn keep(&mut self, snapshot: &Arc<Snapshot>) {
        self.0.insert(snapshot.header.snapshot_id, Arc::clone(snapshot));
    }

    /// The snapshot of that number, if it is still there.
    pub(super) async fn find(
        &mut self,
        connection: &mut PgConnection,
        tenant: &str,
        snapshot_id: i64,
    ) -> Result<Option<Arc<Snapshot>>, RunError> {
        if let Some(found) = self.0.get(&snapshot_id) {
            return Ok(Some(Arc::clone(found)));
        }
        let found = load_snapshot(connection, tenant, Which::Id(snapshot_id)).await?.map(Arc::new);
        if let Some(snapshot) = &found {
            self.keep(snapshot);
        }
        Ok(found)
    }

    /// The snapshot that a run was begun on.
    pub async fn open(
        &mut self,
        connection: &mut PgConnection,
        tenant: &str,
        snapshot_id: i64,
    ) -> Result<Arc<Snapshot>, RunError> {
        self.find(connection, tenant, snapshot_id).await?.ok_or_else(|| {
            RunError::new(Remedy::FixData, format!("snapshot {snapshot_id}, which the run was begun on, is gone"))
                .with_hint("run the report again")
        })
    }
}
