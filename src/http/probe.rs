//! Whether the process lives, and whether what it serves is fresh.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::http::envelope::instant;
use crate::http::published::Tenants;
use crate::http::refusal::Refusal;
use crate::metric::Snapshot;

/// The process answers: that is all.
pub(super) fn health() -> Value {
    json!({ "status": "success", "data": { "alive": true } })
}

/// Every tenant has a snapshot that is fresh. Where tokens are needed, whose and which they are is no stranger's business.
pub(super) fn readiness_of(
    tenants: &Tenants,
    is_closed: bool,
    stale_after: TimeDelta,
    now: DateTime<Utc>,
) -> Result<Value, Refusal> {
    let shown = tenants.editions();
    let oldest = shown.iter().min_by_key(|edition| edition.snapshot.header.published_at);
    let mut ready = match readiness(oldest.map(|edition| edition.snapshot.as_ref()), stale_after, now) {
        Err(_) if is_closed && !shown.is_empty() => {
            return Err(Refusal::unavailable("stale", "the published numbers are older than the schedule allows"));
        }
        Ok(_) if is_closed => json!({ "status": "success", "data": { "ready": true } }),
        other => other?,
    };
    // Its numbers are still the published ones, so the process stays in service and says what it lacks.
    let notices: Vec<&str> = shown.iter().find_map(|edition| edition.notice.as_deref()).into_iter().collect();
    if !notices.is_empty() {
        ready["data"]["warnings"] = json!(notices);
    }
    Ok(ready)
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
