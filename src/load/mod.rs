//! The star: dimensions and facts, as the business speaks of them.
//!
//! In: one source's extraction and the night it is for.
//! Out: `star.dim_*` and `star.fact_*` brought up to date, the touched days for the cubes, and a count a
//! entity: read = loaded + unchanged + quarantined.
//!
//! Everything happens in the caller's warehouse transaction, so that the data and the end of the step commit
//! together. Dimensions come before facts, because a fact looks up its keys; a key that has not come yet becomes
//! an inferred member and is completed when it does. Rows that break the contract go to `vesper.quarantine` with
//! the reason and are tried again by the next load. A second run of the same night changes no row.
//!
//! Never here: arithmetic that belongs to a metric, the clock.

mod ask;
mod customer;
mod direct;
mod encode;
mod entity;
mod first;
mod frame;
mod gone;
mod history;
mod infer;
mod inventory;
mod mark;
mod merge;
mod night;
mod observed;
mod quarantine;
mod rate;
mod reconcile;
mod row;
mod staging;
mod task;
mod version;
mod violation;

use crate::base::pg::remedy_of;
use crate::base::{Remedied, Remedy};
use crate::source::SourceError;

pub use crate::source::ColumnType;
pub use crate::source::contract::{INTERACTION_TYPES, OUTCOMES, STAGES, STATUSES, TIERS};
pub use ask::{Asked, ask_whole};
pub use frame::{Decoder, Field, FrameError};
pub use night::{EntityCount, LoadReport, load_source};
pub use row::{FieldReader, Rows};

/// What can go wrong while loading.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The source could not be read.
    #[error(transparent)]
    Source(SourceError),
    /// A stream could not be decoded.
    #[error("{entity}: the stream from the source could not be decoded")]
    Decode {
        /// The entity.
        entity: &'static str,
        /// Why.
        #[source]
        source: FrameError,
    },
    /// A frame operation failed.
    #[error("{entity}: a frame could not be processed")]
    Frame {
        /// The entity.
        entity: &'static str,
        /// Why.
        #[source]
        source: polars::error::PolarsError,
    },
    /// The warehouse refused a statement or broke off.
    #[error("warehouse: {action}")]
    Warehouse {
        /// What was being done.
        action: String,
        /// The driver's reason.
        #[source]
        source: sqlx::Error,
    },
    /// More rows vanished in one night than is believable.
    #[error("{entity}: {vanished} of {live} rows vanished since the last load")]
    Vanished {
        /// The entity.
        entity: &'static str,
        /// Rows that are gone.
        vanished: i64,
        /// Rows there were.
        live: i64,
    },
    /// Rows that were set aside in flight could not be kept on this machine.
    #[error("{entity}: rows could not be kept in a temporary file")]
    Spool {
        /// The entity.
        entity: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The worker thread of a load was lost.
    #[error("{entity}: the decoding thread ended early")]
    Thread {
        /// The entity.
        entity: &'static str,
    },
}

impl Remedied for LoadError {
    fn remedy(&self) -> Remedy {
        match self {
            LoadError::Source(source) => source.remedy(),
            LoadError::Decode { .. } | LoadError::Frame { .. } | LoadError::Thread { .. } => Remedy::FixCode,
            LoadError::Spool { .. } => Remedy::RetryLater,
            LoadError::Warehouse { source, .. } => remedy_of(source),
            LoadError::Vanished { .. } => Remedy::FixData,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            LoadError::Source(source) => source.hint(),
            LoadError::Vanished { .. } => Some(
                "nothing was loaded; if the deletion was meant, raise vanish_share_max in source.toml for one night, otherwise mend the query".into(),
            ),
            LoadError::Warehouse { source: sqlx::Error::Database(e), .. } if e.code().is_some_and(|c| c == "53100") => {
                Some("make room on the warehouse's disk; nothing was written, and the next attempt loads all of it".into())
            }
            LoadError::Warehouse { source: sqlx::Error::Database(e), .. } if e.code().is_some_and(|c| c.starts_with("42")) => {
                Some("run `vesper migrate`".into())
            }
            LoadError::Spool { .. } => Some("make room where temporary files are kept (TMPDIR)".into()),
            LoadError::Decode { .. } | LoadError::Frame { .. } | LoadError::Warehouse { .. } | LoadError::Thread { .. } => None,
        }
    }
}

/// Names what was being done when the warehouse refused.
pub(super) fn warehouse(action: impl Into<String>) -> impl FnOnce(sqlx::Error) -> LoadError {
    let action = action.into();
    |source| LoadError::Warehouse { action, source }
}
