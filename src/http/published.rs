//! The snapshot being served, and the bodies made of it so far: one holder a tenant.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use crate::delivery::edition::EditionLine;
use crate::http::archive::{Past, SnapshotLine};
use crate::http::body::Body;
use crate::metric::Snapshot;

/// The holders of all tenants. Clones share them.
#[derive(Clone, Default)]
pub struct Tenants(Arc<RwLock<BTreeMap<String, Published>>>);

/// The holder of the snapshot being served to one tenant. Clones share it.
///
/// A replacement is seen whole by the next request; requests under way finish on the snapshot they began with.
#[derive(Clone, Default)]
pub struct Published(Arc<Holder>);

#[derive(Default)]
struct Holder {
    shown: RwLock<Option<Arc<Edition>>>,
    past: Past,
}

/// A snapshot, what belongs to it, and its bodies; all go together when another takes its place.
pub(super) struct Edition {
    pub(super) snapshot: Arc<Snapshot>,
    /// What a reader must know beside what the snapshot says itself: that the warehouse is away.
    pub(super) notice: Option<String>,
    /// Every published snapshot, newest first.
    pub(super) days: Arc<Vec<SnapshotLine>>,
    /// Sealed reports, newest first.
    pub(super) reports: Arc<Vec<EditionLine>>,
    bodies: RwLock<Bodies>,
}

#[derive(Default)]
struct Bodies {
    by_key: HashMap<String, Arc<Body>>,
    byte_count: usize,
}

/// What a process shows a tenant beside the snapshot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shelf {
    /// Every published snapshot, newest first.
    pub days: Vec<SnapshotLine>,
    /// Sealed reports, newest first.
    pub reports: Vec<EditionLine>,
}

/// Bytes of bodies kept for one snapshot: every route and the hundreds of time series that dashboards ask for again and
/// again fit, and whoever asks for thousands of others cannot fill the memory. Compressed forms are at most as much again.
const BODY_BYTES_MAX: usize = 16 << 20;

impl Tenants {
    /// The holder of a tenant, made when there is none.
    pub fn of(&self, tenant: &str) -> Published {
        if let Some(published) = self.get(tenant) {
            return published;
        }
        self.0.write().unwrap_or_else(PoisonError::into_inner).entry(tenant.to_owned()).or_default().clone()
    }

    /// The holder of a tenant that has one.
    pub(super) fn get(&self, tenant: &str) -> Option<Published> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned()
    }

    /// What is shown to each tenant that has something.
    pub(super) fn editions(&self) -> Vec<Arc<Edition>> {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        held.values().filter_map(Published::edition).collect()
    }

    /// Says the same of all tenants, or that it is over.
    pub fn note(&self, notice: Option<&str>) {
        for published in self.0.read().unwrap_or_else(PoisonError::into_inner).values() {
            published.note(notice);
        }
    }
}

impl Published {
    /// Makes `snapshot` the one being served. The same snapshot twice changes nothing that a client sees.
    pub fn replace(&self, snapshot: Arc<Snapshot>) {
        self.change(|shown| {
            Some(match shown {
                Some(shown) => Edition { snapshot, ..shown.without_bodies() },
                None => Edition::of(snapshot),
            })
        });
    }

    /// Lists other snapshots and reports, if they differ from those listed.
    pub fn arrange(&self, shelf: Shelf) {
        self.change(|shown| {
            let shown = shown.filter(|shown| *shown.days != shelf.days || *shown.reports != shelf.reports)?;
            let (days, reports) = (Arc::new(shelf.days), Arc::new(shelf.reports));
            Some(Edition { days, reports, ..shown.without_bodies() })
        });
    }

    /// Warns every reader from now on, or no more.
    pub fn note(&self, notice: Option<&str>) {
        self.change(|shown| {
            let shown = shown.filter(|shown| shown.notice.as_deref() != notice)?;
            Some(Edition { notice: notice.map(str::to_owned), ..shown.without_bodies() })
        });
    }

    /// The snapshot being served, once there is one.
    pub fn current(&self) -> Option<Arc<Snapshot>> {
        self.edition().map(|edition| edition.snapshot.clone())
    }

    pub(super) fn edition(&self) -> Option<Arc<Edition>> {
        self.0.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Earlier snapshots that somebody asked for.
    pub(super) fn past(&self) -> &Past {
        &self.0.past
    }

    fn change(&self, next: impl FnOnce(Option<&Edition>) -> Option<Edition>) {
        let mut shown = self.0.shown.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(edition) = next(shown.as_deref()) {
            *shown = Some(Arc::new(edition));
        }
    }
}

impl Edition {
    pub(super) fn of(snapshot: Arc<Snapshot>) -> Self {
        Self { snapshot, notice: None, days: Arc::default(), reports: Arc::default(), bodies: RwLock::default() }
    }

    /// The same, with nothing made of it yet.
    fn without_bodies(&self) -> Self {
        let Self { snapshot, notice, days, reports, .. } = self;
        let (snapshot, notice, days, reports) = (snapshot.clone(), notice.clone(), days.clone(), reports.clone());
        Self { snapshot, notice, days, reports, bodies: RwLock::default() }
    }

    /// The body kept under `key`, or the one that `make` makes, which is kept from then on while there is room.
    pub(super) fn body<E>(&self, key: String, make: impl FnOnce() -> Result<Body, E>) -> Result<Arc<Body>, E> {
        if let Some(body) = self.bodies.read().unwrap_or_else(PoisonError::into_inner).by_key.get(&key) {
            return Ok(body.clone());
        }
        // Made outside the lock: two requests may make the same body, which costs less than all others waiting.
        let body = Arc::new(make()?);
        let mut bodies = self.bodies.write().unwrap_or_else(PoisonError::into_inner);
        if bodies.byte_count + body.len() <= BODY_BYTES_MAX {
            bodies.byte_count += body.len() + key.len();
            bodies.by_key.insert(key, body.clone());
        }
        Ok(body)
    }

    #[cfg(test)]
    pub(super) fn body_count(&self) -> usize {
        self.bodies.read().unwrap_or_else(PoisonError::into_inner).by_key.len()
    }
}
