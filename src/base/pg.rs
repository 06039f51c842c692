//! Postgres: connections with errors an operator understands.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool, Row};

use crate::base::{Remedied, Remedy};

/// Why a database could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum PgError {
    /// The URL cannot be read.
    #[error("{name} is not a Postgres URL")]
    Url {
        /// The setting that holds the URL.
        name: String,
        /// The parser's reason.
        #[source]
        source: Box<sqlx::Error>,
    },
    /// Nobody answers, or too slowly.
    #[error("{name}: no Postgres server answers at {place}")]
    Unreachable {
        /// The setting that holds the URL.
        name: String,
        /// Host and port.
        place: String,
        /// The driver's reason.
        #[source]
        source: Box<sqlx::Error>,
    },
    /// The server answered and refused: password, database, role.
    #[error("{name}: the server at {place} refuses {user} on database {database}")]
    Refused {
        /// The setting that holds the URL.
        name: String,
        /// Host and port.
        place: String,
        /// The login.
        user: String,
        /// The database.
        database: String,
        /// The server's reason.
        #[source]
        source: Box<sqlx::Error>,
    },
}

impl Remedied for PgError {
    fn remedy(&self) -> Remedy {
        match self {
            PgError::Url { .. } | PgError::Refused { .. } => Remedy::FixConfig,
            PgError::Unreachable { .. } => Remedy::RetryLater,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            PgError::Url { name, .. } => Some(format!("write {name} as postgres://user:password@host:5432/database")),
            PgError::Unreachable { name, .. } => {
                Some(format!("check that the server runs and that host and port in {name} are right"))
            }
            PgError::Refused { name, database, source, .. } => {
                let code = source.as_database_error().and_then(|e| e.code().map(String::from));
                Some(match code.as_deref() {
                    Some("28P01") => format!("check user and password in {name}"),
                    Some("3D000") => format!("create the database {database}, or mend its name in {name}"),
                    _ => format!("check user, password and database name in {name}, and the server's pg_hba.conf"),
                })
            }
        }
    }
}

/// A database of the deployment: the name of its setting (`VESPER_SOURCE_URL`) and how to reach it.
#[derive(Debug, Clone)]
pub struct Database {
    name: String,
    options: PgConnectOptions,
}

impl Database {
    /// Reads a `postgres://` URL; `name` is the setting, for messages.
    pub fn parse(name: &str, url: &str) -> Result<Self, PgError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            let source = sqlx::Error::Configuration("expected postgres://…".into());
            return Err(PgError::Url { name: name.to_owned(), source: Box::new(source) });
        }
        let options = PgConnectOptions::from_str(url)
            .map_err(|source| PgError::Url { name: name.to_owned(), source: Box::new(source) })?
            .application_name("vesper")
            .disable_statement_logging();
        Ok(Self { name: name.to_owned(), options })
    }

    /// The setting's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `host:port`, or the folder of the server's socket.
    pub fn place(&self) -> String {
        match self.options.get_socket() {
            Some(folder) => format!("{} (port {})", folder.display(), self.options.get_port()),
            None => format!("{}:{}", self.options.get_host(), self.options.get_port()),
        }
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        self.options.get_database().unwrap_or("postgres")
    }

    /// One connection of its own: for COPY streams and snapshots, closed on any error.
    pub async fn connect(&self) -> Result<PgConnection, PgError> {
        match tokio::time::timeout(CONNECT_TIMEOUT, PgConnection::connect_with(&self.options)).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(source)) => Err(self.refusal(source)),
            Err(_) => Err(self.refusal(sqlx::Error::PoolTimedOut)),
        }
    }

    /// A pool of at most `size_max` connections; proves with a first one that the server answers.
    pub async fn pool(&self, size_max: u32) -> Result<PgPool, PgError> {
        self.connect().await?.close().await.ok();
        let pool = PgPoolOptions::new()
            .max_connections(size_max)
            .acquire_timeout(CONNECT_TIMEOUT)
            .test_before_acquire(false)
            .before_acquire(|connection, lent| Box::pin(answers(connection, lent.idle_for)))
            // A commit that a crash of the server may forget could hand out the same fencing token twice.
            .after_connect(|connection, _| {
                Box::pin(async { connection.execute("set synchronous_commit = on").await.map(|_| ()) })
            })
            .after_release(|connection, _| Box::pin(is_outside_transaction(connection)));
        Ok(pool.connect_lazy_with(self.options.clone()))
    }

    fn refusal(&self, source: sqlx::Error) -> PgError {
        let (name, place) = (self.name.clone(), self.place());
        let is_refusal = matches!(&source,
            // Class 28 is authorisation, 3D000 a missing database; anything else the server says is a refusal too,
            // except that it is starting, stopping or full (57P0x, 53300).
            sqlx::Error::Database(e) if !e.code().is_some_and(|c| c.starts_with("57P") || c.starts_with("53")));
        let source = Box::new(source);
        if is_refusal {
            let user = self.options.get_username().to_owned();
            PgError::Refused { name, place, user, database: self.database().to_owned(), source }
        } else {
            PgError::Unreachable { name, place, source }
        }
    }
}

/// How long a connection may take: long enough for a distant server, short enough for a person who waits.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection that was quiet for longer is asked before it is lent: the server may have gone away meanwhile. One that
/// has just answered is lent as it is, because asking would double the round trips of a busy worker.
const QUIET_MAX: Duration = Duration::from_secs(1);

async fn answers(connection: &mut PgConnection, idle_for: Duration) -> Result<bool, sqlx::Error> {
    if idle_for > QUIET_MAX {
        connection.ping().await?;
    }
    Ok(true)
}

/// Whether a released connection may be used again. The driver does not roll back a `begin` that was cancelled while
/// it was under way: the next user's writes would join a transaction that nobody commits.
async fn is_outside_transaction(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    // One simple query, so that outside a transaction the two are the same instant.
    let row = sqlx::raw_sql("select statement_timestamp() = transaction_timestamp()").fetch_one(connection).await?;
    row.try_get(0)
}

/// What mends a failed statement: a server that is away, full, busy or in conflict with another session may do it
/// later; a missing right is configuration; anything else is a statement of ours that does not fit the database.
pub fn remedy_of(error: &sqlx::Error) -> Remedy {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        // What the driver could not make sense of: a server that died in mid-sentence reads like that. A message that
        // is wrong in itself fails again on every attempt, and attempts end.
        | sqlx::Error::Protocol(_) => Remedy::RetryLater,
        sqlx::Error::Database(e) => match e.code().as_deref().unwrap_or_default() {
            // 08 connection, 40 rolled back, 53 resources, 55P03 lock, 57 operator's intervention, 58 system.
            code if ["08", "40", "53", "55P03", "57", "58"].iter().any(|c| code.starts_with(c)) => Remedy::RetryLater,
            // 28 authorisation, 42501 a missing right, 3D000, 3F000 and 42P01 a database, schema or table that is not there.
            code if code.starts_with("28") || ["42501", "3D000", "3F000", "42P01"].contains(&code) => Remedy::FixConfig,
            _ => Remedy::FixCode,
        },
        _ => Remedy::FixCode,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_died_in_mid_sentence_is_tried_again() {
        let torn = sqlx::Error::Protocol("unexpected response from SSLRequest: 0x00".to_owned());
        assert_eq!(remedy_of(&torn), Remedy::RetryLater);
        assert_eq!(remedy_of(&sqlx::Error::Io(std::io::ErrorKind::UnexpectedEof.into())), Remedy::RetryLater);
        assert_eq!(remedy_of(&sqlx::Error::RowNotFound), Remedy::FixCode);
    }
}
