//! What can be wrong with the settings.

use crate::base::{FolderError, Problems, Remedied, Remedy};
use crate::config::Key;

/// Why the settings, or one of them, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file named by `--config` or `VESPER_CONFIG` cannot be read.
    #[error("the settings file {file} cannot be read")]
    File {
        /// The path.
        file: String,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// Something in the file or the environment is wrong.
    #[error("the settings cannot be used")]
    Settings {
        /// Everything that is wrong.
        #[source]
        source: Problems,
    },
    /// The command needs a setting that nobody gave.
    #[error("{} is not set: neither {} nor `{}` in vesper.toml", .key.what, .key.variable, .key.path)]
    Missing {
        /// The setting.
        key: &'static Key,
    },
    /// The folder of a setting cannot be opened.
    #[error("{setting} names no folder of job or template files")]
    Folder {
        /// Where the setting stands.
        setting: String,
        /// What is wrong with the folder.
        #[source]
        source: FolderError,
    },
}

impl Remedied for ConfigError {
    fn remedy(&self) -> Remedy {
        match self {
            ConfigError::File { .. }
            | ConfigError::Settings { .. }
            | ConfigError::Missing { .. }
            | ConfigError::Folder { .. } => Remedy::FixConfig,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            ConfigError::File { .. } => Some("check the path given by --config or VESPER_CONFIG".to_owned()),
            ConfigError::Settings { .. } => None,
            ConfigError::Missing { key } => {
                Some(format!("for example {}='{}'; `vesper demo` needs no settings at all", key.variable, key.example))
            }
            ConfigError::Folder { source, .. } => source.hint(),
        }
    }
}
