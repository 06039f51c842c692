//! One handler a command.

pub(super) mod backfill;
pub(super) mod cancel;
pub(super) mod check;
pub(super) mod contract;
pub(super) mod demo;
pub(super) mod explain;
pub(super) mod export;
pub(super) mod metrics;
pub(super) mod migrate;
pub(super) mod outbox;
pub(super) mod preview;
pub(super) mod refresh;
pub(super) mod render;
pub(super) mod report;
pub(super) mod run;
pub(super) mod runs;
pub(super) mod serve;
pub(super) mod status;
pub(super) mod token;
