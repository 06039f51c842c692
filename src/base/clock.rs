//! The only place that asks the machine what time it is.

use chrono::{DateTime, Utc};

/// The current instant. Everything else takes time as an argument, so that a run works for its
/// business date however late it starts.
#[allow(clippy::disallowed_methods)]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}
