//! Logs: plain words with queryable fields, on stderr, coloured only on a terminal.

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging to stderr at `level`. A second call changes nothing.
///
/// Libraries speak of their own affairs: below `debug` only their warnings are shown.
pub fn start(level: LevelFilter) {
    let library_level = if level >= LevelFilter::DEBUG { level } else { level.min(LevelFilter::WARN) };
    let words = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false);
    let filter = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level).with_default(library_level);
    let _ = tracing_subscriber::registry().with(words).with(filter).try_init();
}
