//! A business to look at: an embedded Postgres cluster, the operational schema, and a company that lives in it.
//!
//! In: a directory, a seed, a date. Out: a running private Postgres; an operational database filled with a
//! believable history; day by day, ordinary inserts, updates and deletes that carry it on; and the spreadsheets such a
//! company keeps.
//!
//! The generated rows depend on the seed and the dates alone: the same specification gives the same database, to
//! the row. The tests stand on the same cluster and the same business.
//!
//! Never here: the warehouse, a metric, the clock.

mod business;
mod cluster;
mod error;
mod reference;
mod schema;

pub use business::{BusinessCounts, BusinessSpec, LivedDay, create_business, live_day};
pub use cluster::{Cluster, ClusterOptions};
pub use error::DemoError;
pub use reference::write_reference;
pub use schema::create_operational_schema;
