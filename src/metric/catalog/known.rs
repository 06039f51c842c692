//! What a deployment knows: the metrics of the house, then its own.

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

    /// Every metric.
    pub fn iter(&self) -> impl Iterator<Item = &'static Metric> {
        self.metrics.iter().copied()
    }

    /// The metric called `name`.
    pub fn find(&self, name: &str) -> Option<&'static Metric> {
        self.iter().find(|m| m.name == name)
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.iter().map(|m| m.name)
    }

    /// The name most like `name`.
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        nearest(name, self.names())
    }
}
