//! Whether the process lives, and whether what it serves is fresh.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::http::body::instant;
use crate::http::refusal::Refusal;
use crate::metric::Snapshot;

/// The process answers: that is all.
pub(super) fn health() -> Value {
    json!({ "status": "success", "data": { "alive": true } })
}

/// A snapshot is there, and not older than the schedule allows.
pub(super) fn readiness(
    snapshot: Option<&Snapshot>,
    stale_after: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Value, Refusal> {
    let Some(snapshot) = snapshot else {
        return Err(Refusal::unavailable(
            "not_ready",
            "no snapshot has been published yet: `vesper run nightly` makes one",
        ));
    };
    let header = &snapshot.header;
    let published_at = instant(header.published_at);
    if now - header.published_at > stale_after {
        let (id, hours) = (header.snapshot_id, stale_after.num_hours());
        let message = format!("snapshot {id} was published at {published_at}, more than {hours} hours ago");
        return Err(Refusal::unavailable("stale", message));
    }
    let (id, as_of) = (header.snapshot_id, header.business_date);
    let data = json!({ "ready": true, "snapshot": id, "as_of": as_of, "published_at": published_at });
    Ok(json!({ "status": "success", "data": data }))
}
