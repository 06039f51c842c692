//! Day-grain additive aggregates of the star.
//!
//! In: the star and the days a load touched (`vesper.touched_day`).
//! Out: `cube.*` with exactly those days replaced; frames of a cube and rows of customers for the metrics.
//!
//! A night costs what changed: only touched days are deleted and inserted again. A full rebuild touches every day
//! and gives the same rows. Flows are rows of the day they happened; stocks are movements, so that the stock at
//! any day is the sum of all rows up to it. The cubes that are summed most over long spans have a rollup by month, which
//! follows its cube in the same refresh.
//!
//! Never here: a rate, a window, a published number.

mod customer;
mod origin;
mod read;
mod recompute;
mod refresh;

use crate::base::pg::remedy_of;
use crate::base::{Remedied, Remedy};

pub use crate::load::{INTERACTION_TYPES, OUTCOMES, STAGES, STATUSES, TIERS};
pub use customer::{
    CampaignTouch, Customer, Membership, Orders, Purchase, PurchaseKind, read_campaign_touches, read_customers,
    read_loyalty_members, read_orders, read_purchases,
};
pub use origin::{Origin, origin_of};
pub use read::{Asked, Cubes, read_cubes};
pub use recompute::{Recomputed, recompute_sample};
pub use refresh::{CubeReport, refresh_cubes, touch_all, vacuum_cubes};

/// What can go wrong while refreshing or reading cubes.
#[derive(Debug, thiserror::Error)]
pub enum CubeError {
    /// The warehouse refused a statement or broke off.
    #[error("cube {cube}: {action}")]
    Warehouse {
        /// The cube.
        cube: &'static str,
        /// What was being done.
        action: &'static str,
        /// The driver's reason.
        #[source]
        source: sqlx::Error,
    },
    /// A cube's stream could not be decoded.
    #[error("cube {cube} could not be decoded")]
    Decode {
        /// The cube.
        cube: &'static str,
        /// Why.
        #[source]
        source: crate::load::FrameError,
    },
    /// A frame could not be put together.
    #[error("cube {cube}: a frame could not be processed")]
    Frame {
        /// The cube.
        cube: &'static str,
        /// Why.
        #[source]
        source: polars::error::PolarsError,
    },
}

impl Remedied for CubeError {
    fn remedy(&self) -> Remedy {
        match self {
            CubeError::Warehouse { source, .. } => remedy_of(source),
            CubeError::Decode { .. } | CubeError::Frame { .. } => Remedy::FixCode,
        }
    }
}
