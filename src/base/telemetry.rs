//! Logs: plain words with queryable fields, on stderr, coloured only on a terminal.

use std::io::IsTerminal;

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Words for people.
    Text,
    /// One JSON object a line, for machines: the fields of the line, and those of the run around it.
    Json,
}

/// Starts logging to stderr at `level`. A second call changes nothing.
///
/// Libraries speak of their own affairs: below `debug` only their warnings are shown.
pub fn start(level: LevelFilter, format: LogFormat) {
    let library_level = if level >= LevelFilter::DEBUG { level } else { level.min(LevelFilter::WARN) };
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let lines = match format {
        LogFormat::Text => layer.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_span_list(false).boxed(),
    };
    let filter = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level).with_default(library_level);
    let _ = tracing_subscriber::registry().with(lines).with(filter).try_init();
}
