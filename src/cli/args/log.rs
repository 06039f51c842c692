//! How the log is told to be.

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;

use crate::base::telemetry::LogFormat;

/// How much to tell on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Nothing
    Off,
    /// Only what failed
    Error,
    /// And what is suspicious
    Warn,
    /// And what was done
    Info,
    /// And how
    Debug,
    /// Everything
    Trace,
}

impl LogLevel {
    /// The level as the log takes it.
    pub fn filter(self) -> LevelFilter {
        match self {
            LogLevel::Off => LevelFilter::OFF,
            LogLevel::Error => LevelFilter::ERROR,
            LogLevel::Warn => LevelFilter::WARN,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Debug => LevelFilter::DEBUG,
            LogLevel::Trace => LevelFilter::TRACE,
        }
    }
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogStyle {
    /// Words for people
    Text,
    /// One JSON object a line
    Json,
}

impl LogStyle {
    /// The style as the log takes it.
    pub fn format(self) -> LogFormat {
        match self {
            LogStyle::Text => LogFormat::Text,
            LogStyle::Json => LogFormat::Json,
        }
    }
}
