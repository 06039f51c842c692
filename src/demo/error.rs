//! What can go wrong with the cluster and the generated business.

use std::path::PathBuf;

use chrono::NaiveDate;

use super::BusinessSpec;
use crate::base::pg::PgError;
use crate::base::{Remedied, Remedy};

/// Why the demo's cluster or its business could not be had.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The machine has no PostgreSQL server programs.
    #[error("no PostgreSQL server programs (initdb, pg_ctl, postgres) on this machine")]
    BinariesMissing,
    /// The cluster was made by a major version that this machine does not have.
    #[error("the cluster in {} was made by PostgreSQL {major}, which this machine does not have", directory.display())]
    BinariesOfAnotherMajor {
        /// The cluster's directory.
        directory: PathBuf,
        /// The major version that made it.
        major: u32,
    },
    /// A directory or a file of the cluster cannot be made, read or written.
    #[error("cannot {verb} {}", path.display())]
    File {
        /// What was tried: `create`, `read`, `write`.
        verb: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// Another process holds the cluster.
    #[error("another vesper process ({holder}) uses the cluster in {}", directory.display())]
    InUse {
        /// The cluster's directory.
        directory: PathBuf,
        /// `pid 4711`, or `unknown`.
        holder: String,
    },
    /// Root has no unprivileged user to run the server under.
    #[error("postgres refuses to run as root, and /etc/passwd has neither a user postgres nor nobody")]
    NoServerUser,
    /// One of the server's programs cannot be run.
    #[error("cannot run {program}")]
    Spawn {
        /// The program.
        program: String,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// One of the server's programs failed.
    #[error("{program} failed: {detail}")]
    Program {
        /// The program.
        program: String,
        /// Its last words.
        detail: String,
    },
    /// The server does not answer.
    #[error("the demo's server does not answer")]
    Connect {
        /// The reason.
        #[source]
        source: Box<PgError>,
    },
    /// The database holds a business of another specification.
    #[error(
        "the database holds another business (seed {}, {} customers, history up to {}) than the one asked for \
         (seed {}, {} customers, history up to {})",
        found.seed, found.customers, found.end_date(), wanted.seed, wanted.customers, wanted.end_date()
    )]
    AnotherBusiness {
        /// What is there.
        found: Box<BusinessSpec>,
        /// What was asked for.
        wanted: Box<BusinessSpec>,
    },
    /// A day cannot be lived before the day before it.
    #[error("the business has lived up to {last}, so {wanted} cannot be its next day")]
    DayOutOfOrder {
        /// The last day that was lived, or the history's last.
        last: NaiveDate,
        /// The day asked for.
        wanted: NaiveDate,
    },
    /// A statement failed.
    #[error("cannot {action}")]
    Statement {
        /// What the statement was for: `create database "x"`.
        action: String,
        /// The server's reason.
        #[source]
        source: sqlx::Error,
    },
}

impl Remedied for DemoError {
    fn remedy(&self) -> Remedy {
        match self {
            DemoError::BinariesMissing
            | DemoError::BinariesOfAnotherMajor { .. }
            | DemoError::File { .. }
            | DemoError::InUse { .. }
            | DemoError::NoServerUser
            | DemoError::AnotherBusiness { .. }
            | DemoError::DayOutOfOrder { .. }
            | DemoError::Spawn { .. } => Remedy::FixConfig,
            DemoError::Program { .. } | DemoError::Connect { .. } => Remedy::RetryLater,
            DemoError::Statement { .. } => Remedy::FixCode,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            DemoError::BinariesMissing => Some(format!("install them with: {INSTALL_COMMAND}")),
            DemoError::BinariesOfAnotherMajor { directory, major } => Some(format!(
                "install PostgreSQL {major}, or remove {} to begin anew: the demo generates its data again",
                directory.display()
            )),
            DemoError::File { .. } => Some("choose another directory with --dir, or mend its permissions".to_owned()),
            DemoError::InUse { .. } => Some("stop that process, or choose another directory with --dir".to_owned()),
            DemoError::NoServerUser => Some("run as an ordinary user, or add a system user postgres".to_owned()),
            DemoError::AnotherBusiness { .. } => {
                Some("choose another directory with --dir, or drop the operational database".to_owned())
            }
            DemoError::DayOutOfOrder { last, .. } => {
                last.succ_opt().map(|next| format!("days are lived in order: the next is {next}"))
            }
            DemoError::Connect { source } => source.hint(),
            DemoError::Spawn { .. } | DemoError::Program { .. } | DemoError::Statement { .. } => None,
        }
    }
}

/// The one command that brings the server programs.
const INSTALL_COMMAND: &str =
    if cfg!(target_os = "macos") { "brew install postgresql@16" } else { "sudo apt-get install -y postgresql" };
