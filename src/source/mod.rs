//! The operational databases, read only.
//!
//! In: a source folder (`jobs/source/<name>/`: `source.toml`, one `<entity>.sql` or `<entity>.csv` an entity).
//! Out: for each entity a stream of binary COPY chunks whose columns are exactly the contract's.
//!
//! All entities are read in one repeatable-read snapshot, whole or as far as they changed since a mark. Before a row is read every query is described
//! on the server and compared with the contract, and all differences are reported at once. A CSV file is read to its
//! end when the process starts, for its problems, and again by each load, for its rows.
//!
//! Never here: the star, a write, the meaning of a value.

mod cell;
mod change;
mod check;
pub mod contract;
pub mod copy;
mod extraction;
mod option;
mod plan;
mod reach;
mod sheet;
mod spec;
mod state;
mod tally;

use crate::base::pg::{PgError, remedy_of};
use crate::base::{Problems, Remedied, Remedy};

pub use change::{ChangeMethod, ChangeSpec};
pub use check::check_queries;
pub use contract::{Column, ColumnType, Entity, Rule};
pub use extraction::{Bucket, Extraction, SelectList, bucket_of, hash_sum_of};
pub use option::MetricOptions;
pub use reach::{Keys, Reach, Since};
pub use sheet::{Sheet, SheetPlace};
pub use spec::{EntityQuery, Input, SourceSpec};
pub use state::{ServerState, TableState};
pub use tally::{Measure, Tally};

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
    /// The thread that reads a CSV file was lost.
    #[error("source `{name}`: reading {file} ended early")]
    Thread {
        /// The source folder's name.
        name: String,
        /// The file.
        file: String,
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
            SourceError::Thread { .. } => Remedy::FixCode,
            SourceError::Query { source, .. } => match (source, remedy_of(source)) {
                // A statement that the server refuses is the operator's query.
                (sqlx::Error::Database(_), Remedy::FixCode) => Remedy::FixConfig,
                (sqlx::Error::Database(_), remedy) => remedy,
                _ => Remedy::RetryLater,
            },
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            SourceError::Connect { source, .. } => source.hint(),
            SourceError::Contract { .. } => Some(
                "mend the files of the source folder, or the rights of its login; `vesper check` shows every difference without reading a row".into(),
            ),
            SourceError::OtherDatabase { .. } => Some(
                "is it the right database, and may its login see the tables? for another schema change the SQL of the \
                 source folder"
                    .into(),
            ),
            SourceError::Query { source: sqlx::Error::Database(error), .. } => match error.code().as_deref() {
                Some("40001") => Some(
                    "the standby cancelled the read to go on with its recovery, and the next attempt may come through; if none \
                     does, raise max_standby_streaming_delay or set hot_standby_feedback on it, or read the primary"
                        .into(),
                ),
                Some("55P03") => {
                    Some("another session locks the table; lock_timeout_seconds of source.toml says how long to wait".into())
                }
                _ => None,
            },
            SourceError::Query { .. } | SourceError::Thread { .. } => None,
        }
    }
}
