//! The snapshot being served, and the bodies made of it so far.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use axum::http::HeaderValue;
use bytes::Bytes;

use crate::metric::Snapshot;

/// The holder of the snapshot being served. Clones share it.
///
/// A replacement is seen whole by the next request; requests under way finish on the snapshot they began with.
#[derive(Clone, Default)]
pub struct Published(Arc<RwLock<Option<Arc<Edition>>>>);

/// A snapshot and its bodies; both go together when another takes their place.
pub(super) struct Edition {
    pub(super) snapshot: Arc<Snapshot>,
    bodies: Mutex<Bodies>,
}

#[derive(Default)]
struct Bodies {
    by_key: HashMap<String, Body>,
    byte_count: usize,
}

/// A serialised answer and its validator.
#[derive(Clone)]
pub(super) struct Body {
    pub(super) bytes: Bytes,
    pub(super) etag: HeaderValue,
}

/// Bytes of bodies kept for one snapshot: every route and the hundreds of time series that dashboards ask for again and
/// again fit, and whoever asks for thousands of others cannot fill the memory.
const BODY_BYTES_MAX: usize = 16 << 20;

impl Published {
    /// Makes `snapshot` the one being served. The same snapshot twice changes nothing that a client sees.
    pub fn replace(&self, snapshot: Arc<Snapshot>) {
        let edition = Edition { snapshot, bodies: Mutex::default() };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(edition));
    }

    /// The snapshot being served, once there is one.
    pub fn current(&self) -> Option<Arc<Snapshot>> {
        self.edition().map(|edition| edition.snapshot.clone())
    }

    pub(super) fn edition(&self) -> Option<Arc<Edition>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Edition {
    /// The body kept under `key`, or the one that `make` makes, which is kept from then on while there is room.
    pub(super) fn body<E>(&self, key: &str, make: impl FnOnce() -> Result<Body, E>) -> Result<Body, E> {
        if let Some(body) = self.bodies.lock().unwrap_or_else(PoisonError::into_inner).by_key.get(key) {
            return Ok(body.clone());
        }
        // Made outside the lock: two requests may make the same body, which costs less than all others waiting.
        let body = make()?;
        let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        if bodies.byte_count + body.bytes.len() <= BODY_BYTES_MAX {
            bodies.byte_count += body.bytes.len();
            bodies.by_key.insert(key.to_owned(), body.clone());
        }
        Ok(body)
    }

    #[cfg(test)]
    pub(super) fn body_count(&self) -> usize {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner).by_key.len()
    }
}
