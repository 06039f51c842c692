//! What the numbers mean, and the numbers as published.
//!
//! In: day-grain cubes as of a business date.
//! Out: one snapshot a night: points, daily series, members and the bodies of the HTTP routes,
//! written whole, checked, then made current in one transaction.
//!
//! The catalog and the formulas are pure. A number shown in two places is computed once, here.
//! Never here: the operational schema, layout, the clock.

pub mod catalog;
pub mod explain;
pub mod kpi;
pub mod snapshot;

mod comparison;
mod compute;
mod definition;
mod document;
mod evidence;
mod formula;
#[cfg(test)]
mod formula_tests;
mod gather;
mod identity;
mod publish;
mod purchase;
mod retention;
mod store;
mod sums;
pub mod table;

use chrono::NaiveDate;

use crate::base::pg::remedy_of;
use crate::base::{Remedied, Remedy};
use crate::cube::CubeError;

pub use catalog::{Catalog, Direction, Metric, Unit};
pub use comparison::{Against, Comparison};
pub use compute::{Computed, Delivered, compute};
pub use definition::definition_hash;
pub use document::{INFERRED_STAGES, RepPerformance};
pub use evidence::{LateRow, LateRows, late_rows};
pub use identity::{Check, Violation, check_identities};
pub use kpi::{KpiError, Kpis};
pub use publish::{Published, check_cubes, publish, publish_beside};
pub use snapshot::{Compare, DaySeries, Figure, Member, Slice, Snapshot, SnapshotHeader, Window};
pub use store::{CHANNEL, PublishedDay, Which, load_snapshot, published_days, tenant_key_of};
pub use table::{Cell, Kind, Table, TableColumn, TableMetric, Tables, all_tables, find_table};

/// What can go wrong between the cubes and a published snapshot.
#[derive(Debug, thiserror::Error)]
pub enum MetricError {
    /// The cubes could not be read.
    #[error("the cubes could not be read")]
    Cube(#[source] CubeError),
    /// A formula failed on a frame.
    #[error("the metrics could not be computed")]
    Compute(#[source] polars::error::PolarsError),
    /// The computing thread was lost.
    #[error("the computing thread ended early")]
    Thread,
    /// Identities do not hold: nothing was published.
    #[error("the snapshot for {business_date} is held: {}", tell(violations))]
    Identity {
        /// The date it was for.
        business_date: NaiveDate,
        /// What does not hold.
        violations: Vec<Violation>,
    },
    /// A query of the deployment's own has no answer: nothing was published.
    #[error(transparent)]
    Kpi(KpiError),
    /// A table could not be computed.
    #[error("table {metric} could not be computed")]
    Table {
        /// The metric.
        metric: &'static str,
        /// The driver's reason.
        #[source]
        source: sqlx::Error,
    },
    /// The warehouse refused a statement or broke off.
    #[error("warehouse: {action}")]
    Warehouse {
        /// What was being done.
        action: &'static str,
        /// The driver's reason.
        #[source]
        source: sqlx::Error,
    },
}

fn tell(violations: &[Violation]) -> String {
    violations.iter().map(|v| format!("{} ({})", v.identity, v.detail)).collect::<Vec<_>>().join("; ")
}

impl Remedied for MetricError {
    fn remedy(&self) -> Remedy {
        match self {
            MetricError::Cube(source) => source.remedy(),
            MetricError::Compute(_) | MetricError::Thread => Remedy::FixCode,
            MetricError::Kpi(source) => source.remedy(),
            MetricError::Identity { .. } => Remedy::FixData,
            MetricError::Warehouse { source, .. } | MetricError::Table { source, .. } => remedy_of(source),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            MetricError::Identity { .. } => Some(
                "the last published snapshot stays current; look into vesper.load_count and vesper.quarantine".into(),
            ),
            MetricError::Kpi(source) => source.hint(),
            MetricError::Warehouse { source: sqlx::Error::Database(_), .. } => Some("run `vesper migrate`".into()),
            MetricError::Cube(_)
            | MetricError::Compute(_)
            | MetricError::Thread
            | MetricError::Warehouse { .. }
            | MetricError::Table { .. } => None,
        }
    }
}

fn failed(action: &'static str) -> impl FnOnce(sqlx::Error) -> MetricError {
    move |source| MetricError::Warehouse { action, source }
}
