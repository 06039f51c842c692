//! The operational databases, read only.
//!
//! In: a source folder (`jobs/source/<name>/`: `source.toml`, one `<entity>.sql` an entity, CSV reference data).
//! Out: for each entity a stream of binary COPY chunks whose columns are exactly the contract's.
//!
//! All entities are read in one repeatable-read snapshot. Before a row is read every query is described
//! on the server and compared with the contract, and all differences are reported at once.
//!
//! Never here: the star, a write, the meaning of a value.

mod check;
pub mod contract;
mod extraction;
mod reference;
mod spec;

use crate::base::pg::PgError;
use crate::base::{Problems, Remedied, Remedy};

pub use check::check_queries;
pub use contract::{Column, ColumnType, Entity, Rule};
pub use extraction::{Extraction, SelectList};
pub use reference::FxRate;
pub use spec::{EntityQuery, SourceSpec};

/// What can go wrong while reading a source.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The database cannot be reached.
    #[error("source `{name}` cannot be reached")]
    Connect {
        /// The source folder's name.
        name: String,
        /// Why.
        #[source]
        source: PgError,
    },
    /// Queries or files break the contract.
    #[error("source `{name}` does not fit the contract")]
    Contract {
        /// The source folder's name.
        name: String,
        /// Every difference.
        #[source]
        source: Problems,
    },
    /// No query finds its tables.
    #[error("source `{name}`: the database has none of the tables that its queries read")]
    OtherDatabase {
        /// The source folder's name.
        name: String,
        /// What each query misses.
        #[source]
        source: Problems,
    },
    /// The server broke off or refused a statement.
    #[error("source `{name}`: {action}")]
    Query {
        /// The source folder's name.
        name: String,
        /// What was being done.
        action: String,
        /// The driver's reason.
        #[source]
        source: sqlx::Error,
    },
}

impl Remedied for SourceError {
    fn remedy(&self) -> Remedy {
        match self {
            SourceError::Connect { source, .. } => source.remedy(),
            SourceError::Contract { .. } | SourceError::OtherDatabase { .. } => Remedy::FixConfig,
            SourceError::Query { source, .. } => match source {
                sqlx::Error::Database(_) => Remedy::FixConfig,
                _ => Remedy::RetryLater,
            },
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            SourceError::Connect { source, .. } => source.hint(),
            SourceError::Contract { .. } => Some(
                "mend the SQL of the source folder, or the rights of its login; `vesper check` shows every difference without reading a row".into(),
            ),
            SourceError::OtherDatabase { .. } => Some(
                "is it the right database, and may its login see the tables? for another schema change the SQL of the \
                 source folder"
                    .into(),
            ),
            SourceError::Query { .. } => None,
        }
    }
}
