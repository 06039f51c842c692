//! What a deployment knows: the metrics of the house, then its own.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::base::nearest;
use crate::metric::catalog::{CATALOG, Metric};

/// The metrics of the house and those of the deployment, in the order they are documented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    metrics: Vec<&'static Metric>,
}

impl Catalog {
    /// The metrics of the house.
    pub fn built_in() -> Catalog {
        Catalog { metrics: CATALOG.iter().collect() }
    }

    /// The metrics of the house, then `own` ones.
    pub fn with(own: impl IntoIterator<Item = &'static Metric>) -> Catalog {
        let mut catalog = Catalog::built_in();
        catalog.metrics.extend(own);
        catalog
    }

    /// Exactly these.
    pub(in crate::metric) fn of(metrics: Vec<&'static Metric>) -> Catalog {
        Catalog { metrics }
    }

    /// Every metric.
    pub fn iter(&self) -> impl Iterator<Item = &'static Metric> + Clone {
        self.metrics.iter().copied()
    }

    /// The metric called `name`.
    pub fn find(&self, name: &str) -> Option<&'static Metric> {
        self.iter().find(|m| m.name == name)
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + Clone {
        self.iter().map(|m| m.name)
    }

    /// The name most like `name`.
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.names())
    }
}

/// A text that lives as long as the process. Definitions of a deployment are few and equal ones are kept once, so that
/// reading the same files again costs nothing and a metric stays as light as one of the house.
pub(in crate::metric) fn intern(text: &str) -> &'static str {
    static TEXTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = texts.get(text) {
        return known;
    }
    let kept: &'static str = Box::leak(text.to_owned().into_boxed_str());
    texts.insert(kept);
    kept
}

/// A definition that lives as long as the process, equal ones once.
pub(in crate::metric) fn intern_metric(metric: Metric) -> &'static Metric {
    static METRICS: Mutex<BTreeSet<&'static Metric>> = Mutex::new(BTreeSet::new());
    let mut metrics = METRICS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = metrics.get(&metric) {
        return known;
    }
    let kept: &'static Metric = Box::leak(Box::new(metric));
    metrics.insert(kept);
    kept
}

/// A list of such texts, equal ones once.
pub(in crate::metric) fn intern_list(texts: &[&'static str]) -> &'static [&'static str] {
    static LISTS: Mutex<BTreeSet<&'static [&'static str]>> = Mutex::new(BTreeSet::new());
    let mut lists = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = lists.get(texts) {
        return known;
    }
    let kept: &'static [&'static str] = Box::leak(texts.to_vec().into_boxed_slice());
    lists.insert(kept);
    kept
}
