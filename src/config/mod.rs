//! The process's settings: one TOML file overlaid by the environment.
//!
//! In: `vesper.toml` and the variables `VESPER_*`, both as arguments.
//! Out: `Settings`, checked as a whole: every problem is reported at once, with where it stands. A setting that a
//! command needs and nobody gave is an error of its accessor, because which ones are needed depends on the command.
//!
//! Here too: the files of `jobs/` and `templates/` compiled into the binary, for machines that have only the binary.
//! Never here: what the files in those folders mean, a connection, a secret in a message.

mod environment;
mod error;
mod key;
mod settings;

pub use environment::Environment;
pub use error::ConfigError;
pub use key::{KEYS, Key};
pub use settings::{Need, Settings};

use include_dir::{Dir, include_dir};

/// The files of `jobs/` as they were when the binary was built.
pub static BUILT_IN_JOBS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/jobs");
/// The files of `templates/` as they were when the binary was built.
pub static BUILT_IN_TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");
