//! Logs: plain words with queryable fields, on stderr, coloured only on a terminal.

use std::io::IsTerminal;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging to stderr at `level` (`error`, `warn`, `info`, `debug`, `trace`). A second call changes nothing.
pub fn start(level: LevelFilter) {
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false);
    // The driver tells every notice of the server at our own level: "relation already exists, skipping" is no news.
    let targets = Targets::new().with_default(level).with_target("sqlx", level.min(LevelFilter::WARN));
    let _ = tracing_subscriber::registry().with(lines).with(targets).try_init();
}
