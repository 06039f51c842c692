//! A private Postgres cluster: one directory, one server process, a Unix socket and a loopback port.
//!
//! In: a directory. Out: a running server, its URL, databases. It stops with the value.
//!
//! A directory belongs to one process at a time, by a lock that the system releases with the process. Whoever gets
//! the lock owns whatever is there: a server that a killed process left behind is stopped and started again, a
//! half-made data directory is made anew. That is never a reason to fail.
//!
//! Never here: a table.

mod binaries;
mod home;
mod postmaster;
mod server_user;

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use self::binaries::Binaries;
use self::home::{DATA, Home};
use self::postmaster::{MEMORY_PATIENCE, Place, StartFailure};
use super::DemoError;
use crate::base::pg::Database;

/// How a cluster is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClusterOptions {
    /// The data may be lost with the machine: no fsync. For tests.
    pub is_disposable: bool,
    /// Memory for pages (`shared_buffers`), in MB.
    pub shared_mb: u64,
}

impl Default for ClusterOptions {
    fn default() -> Self {
        Self { is_disposable: false, shared_mb: SHARED_MB }
    }
}

/// What PostgreSQL itself begins with: the demo is a guest on the machine.
const SHARED_MB: u64 = 128;

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    home: Home,
    binaries: Binaries,
    data: PathBuf,
    socket: SocketDirectory,
    password: String,
    port: u16,
    is_running: bool,
}

impl Cluster {
    /// Starts the cluster of `directory`, making it where there is none. A second start in the same directory finds
    /// the same databases, whether the first ended well or was killed.
    pub async fn start(directory: &Path, options: ClusterOptions) -> Result<Cluster, DemoError> {
        let home = Home::open(directory).await?;
        let data = home.directory.join(DATA);
        let binaries = Binaries::find(&home.directory, major_of(&data)?)?;
        let place = Place { home: &home, binaries: &binaries, data: &data };
        let password = if data.exists() {
            place.clear().await?;
            read(&home.directory.join("password"))?
        } else {
            let password = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
            let path = home.directory.join("password");
            home.write(&path, &password)?;
            place.initialise(&path).await?;
            password
        };
        let socket = SocketDirectory::make(&home)?;
        let port = start_server(place, &socket, options).await?;
        Ok(Cluster { data, binaries, socket, password, port, is_running: true, home })
    }

    /// The URL of one of its databases, password included, over the Unix socket.
    ///
    /// Over TCP the driver leaves Nagle's algorithm on, and a COPY's last two messages then wait 40 ms for an
    /// acknowledgement: more than most loads of a small night take.
    pub fn url(&self, database: &str) -> String {
        let socket = self.socket.path.as_os_str().as_bytes().iter().fold(String::new(), |mut encoded, byte| {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => encoded.push(char::from(*byte)),
                _ => encoded.push_str(&format!("%{byte:02X}")),
            }
            encoded
        });
        format!("postgres://{LOGIN}:{}@localhost:{}/{database}?host={socket}", self.password, self.port)
    }

    /// The same over the loopback port: for BI tools, and for people who copy a `psql` line.
    pub fn tcp_url(&self, database: &str) -> String {
        format!("postgres://{LOGIN}:{}@{}:{}/{database}", self.password, Ipv4Addr::LOCALHOST, self.port)
    }

    /// The loopback port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where the cluster is: not the directory asked for when the server's user cannot enter that.
    pub fn directory(&self) -> &Path {
        &self.home.directory
    }

    /// The data directory, with `postmaster.pid`.
    pub fn data_directory(&self) -> &Path {
        &self.data
    }

    /// The full path of one of the server's programs (`psql` need not be among them).
    pub fn program(&self, name: &str) -> PathBuf {
        self.binaries.program(name)
    }

    /// Where the server's Unix socket is.
    pub fn socket_directory(&self) -> &Path {
        &self.socket.path
    }

    /// What the operator should know about the place, when it is not the one asked for.
    pub fn notice(&self) -> Option<&str> {
        self.home.notice.as_deref()
    }

    /// One connection to one of its databases.
    pub async fn connect(&self, database: &str) -> Result<PgConnection, DemoError> {
        let address = Database::parse("the demo's cluster", &self.url(database));
        let connect = async { address?.connect().await };
        connect.await.map_err(|source| DemoError::Connect { source: Box::new(source) })
    }

    /// Whether a database exists.
    pub async fn has_database(&self, name: &str) -> Result<bool, DemoError> {
        let mut connection = self.connect("postgres").await?;
        let found = sqlx::query_scalar("select exists (select from pg_database where datname = $1)");
        found.bind(name).fetch_one(&mut connection).await.map_err(|source| failed(format!("look for {name:?}"), source))
    }

    /// Makes an empty database.
    pub async fn create_database(&self, name: &str) -> Result<(), DemoError> {
        self.administer(format!("create database {}", quoted(name))).await
    }

    /// Makes a database that is a copy of `template`, to which nobody may be connected.
    pub async fn create_database_from(&self, name: &str, template: &str) -> Result<(), DemoError> {
        // Copying files beats replaying a log where nothing needs the log; before version 15 there was no choice.
        let strategy = if self.binaries.major >= 15 { " strategy file_copy" } else { "" };
        self.administer(format!("create database {} template {}{strategy}", quoted(name), quoted(template))).await
    }

    /// Drops a database, ending its sessions; one that does not exist is dropped already.
    pub async fn drop_database(&self, name: &str) -> Result<(), DemoError> {
        self.administer(format!("drop database if exists {} with (force)", quoted(name))).await
    }

    /// Stops the server: sessions end, what is committed is on disk.
    pub async fn stop(mut self) -> Result<(), DemoError> {
        self.is_running = false;
        self.place().stop("fast").await
    }

    async fn administer(&self, statement: String) -> Result<(), DemoError> {
        let mut connection = self.connect("postgres").await?;
        let done = sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut connection).await;
        done.map(drop).map_err(|source| failed(statement, source))
    }

    fn place(&self) -> Place<'_> {
        Place { home: &self.home, binaries: &self.binaries, data: &self.data }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.is_running {
            self.place().stop_blocking();
        }
    }
}

/// The cluster's superuser.
const LOGIN: &str = "vesper";

/// Starts the server on the port it had before, or on a free one.
async fn start_server(place: Place<'_>, socket: &SocketDirectory, options: ClusterOptions) -> Result<u16, DemoError> {
    let port_file = place.home.directory.join("port");
    let log = place.home.directory.join("server.log");
    let mut port = std::fs::read_to_string(&port_file).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0);
    for attempt in 1.. {
        port = free_port(port)?;
        place.home.write(&place.data.join("postgresql.auto.conf"), &settings(port, &socket.path, options))?;
        match place.start(&log).await {
            Ok(()) => break,
            Err((_, error)) if attempt == START_ATTEMPTS => return Err(error),
            Err((StartFailure::PortTaken, _)) => port = 0,
            Err((StartFailure::MemoryInUse, _)) => tokio::time::sleep(MEMORY_PATIENCE).await,
            Err((StartFailure::Final, error)) => return Err(error),
        }
    }
    place.home.write(&port_file, &port.to_string())?;
    Ok(port)
}

/// Enough for the backends of a killed server to leave, and for more lost races for a port than ever happen.
const START_ATTEMPTS: u32 = 50;

/// `wanted` when nobody listens there, else a port the system says is free.
fn free_port(wanted: u16) -> Result<u16, DemoError> {
    let bound =
        TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    let port = bound.and_then(|listener| listener.local_addr()).map(|address| address.port());
    port.map_err(|source| DemoError::File { verb: "open", path: "a port of 127.0.0.1".into(), source })
}

/// The server's settings, written before every start.
fn settings(port: u16, socket_directory: &Path, options: ClusterOptions) -> String {
    let directory = socket_directory.display().to_string().replace('\'', "''");
    let durability = if options.is_disposable {
        "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\n"
    } else {
        ""
    };
    // A cluster of tests serves as many of them at once as the machine has cores, each with pools of its own.
    let shared_mb = options.shared_mb;
    let client_max = if options.is_disposable { 1_000 } else { 400 };
    // No replica ever follows: with a minimal log, a COPY into a table made in the same transaction writes no log.
    // Just-in-time compilation costs these small queries more than it saves, and no disk here has a head to move.
    format!(
        "listen_addresses = '{}'\nport = {port}\nunix_socket_directories = '{directory}'\n\
         unix_socket_permissions = 0700\nmax_connections = {client_max}\nshared_buffers = '{shared_mb}MB'\nwal_level = minimal\n\
         max_wal_senders = 0\nmax_wal_size = '2GB'\ncheckpoint_timeout = '15min'\njit = off\nrandom_page_cost = 1.1\ntimezone = 'UTC'\n\
         log_timezone = 'UTC'\nlog_checkpoints = off\n{durability}",
        Ipv4Addr::LOCALHOST
    )
}

/// Where the Unix socket is: in the cluster's directory, or in a short one where that path is too long for a socket.
#[derive(Debug)]
struct SocketDirectory {
    path: PathBuf,
    /// Removes the short directory with the value.
    _short: Option<tempfile::TempDir>,
}

impl SocketDirectory {
    fn make(home: &Home) -> Result<SocketDirectory, DemoError> {
        let path = home.directory.join("socket");
        if path.as_os_str().len() + SOCKET_NAME.len() < SOCKET_PATH_MAX {
            return Ok(SocketDirectory { path: home.make_directory(&path)?, _short: None });
        }
        let short = tempfile::Builder::new().prefix("vesper-").tempdir_in("/tmp");
        let short =
            short.map_err(|source| DemoError::File { verb: "create", path: "/tmp/vesper-…".into(), source })?;
        Ok(SocketDirectory { path: home.make_directory(short.path())?, _short: Some(short) })
    }
}

/// The longest name the server gives its socket.
const SOCKET_NAME: &str = "/.s.PGSQL.65535.lock";
/// What the smallest of the systems (macOS) leaves for a socket's path.
const SOCKET_PATH_MAX: usize = 103;

/// The major version that made the data directory, where there is one.
fn major_of(data: &Path) -> Result<Option<u32>, DemoError> {
    if !data.exists() {
        return Ok(None);
    }
    let path = data.join("PG_VERSION");
    let text = read(&path)?;
    let invalid = || std::io::Error::new(std::io::ErrorKind::InvalidData, "not a version");
    let major = text.parse().map_err(|_| DemoError::File { verb: "read", path, source: invalid() })?;
    Ok(Some(major))
}

fn read(path: &Path) -> Result<String, DemoError> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|source| DemoError::File { verb: "read", path: path.to_owned(), source })?;
    Ok(text.trim().to_owned())
}

fn failed(action: String, source: sqlx::Error) -> DemoError {
    DemoError::Statement { action, source }
}

/// A name as SQL writes it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
