//! What the numbers mean, and the numbers as published.
//!
//! In: day-grain cubes as of a business date.
//! Out: one snapshot a night: points, daily series, members and the bodies of the HTTP routes,
//! written whole, checked, then made current in one transaction.
//!
//! The catalog and the formulas are pure. A number shown in two places is computed once, here.
//! Never here: the operational schema, layout, the clock.

pub mod catalog;
pub mod snapshot;

pub use catalog::{Direction, Metric, Unit};
pub use snapshot::{Compare, DaySeries, Figure, Member, Slice, Snapshot, SnapshotHeader, Window};
