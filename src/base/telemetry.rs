//! Logs: plain words with queryable fields, on stderr, coloured only on a terminal.

use std::io::IsTerminal;

use tracing_subscriber::filter::LevelFilter;

/// Starts logging to stderr at `level` (`error`, `warn`, `info`, `debug`, `trace`). A second call changes nothing.
pub fn start(level: LevelFilter) {
    let _ = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        .try_init();
}
