//! The cluster's directory: made, given to the server's user, and held by one process at a time.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::server_user::ServerUser;
use crate::demo::DemoError;

/// The directory of a cluster, locked for as long as this value lives.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) directory: PathBuf,
    pub(super) user: Option<ServerUser>,
    /// Why the directory is not the one that was asked for.
    pub(super) notice: Option<String>,
    /// The system releases it with the process, however that ends.
    _lock: File,
}

impl Home {
    /// Makes or finds the directory and takes its lock. Root's server runs under another user; where that user
    /// cannot enter the directory, it moves to a place where they can.
    pub(super) async fn open(wanted: &Path) -> Result<Home, DemoError> {
        let user = ServerUser::choose(&wanted.join(DATA))?;
        let mut directory = make_directory(wanted, user.as_ref())?;
        let mut notice = None;
        if let Some(user) = &user
            && !user.can_enter(&directory).await
        {
            let moved = make_directory(&fallback(&directory), Some(user))?;
            notice = Some(format!(
                "user {} cannot enter {}, so the cluster is in {}",
                user.name,
                directory.display(),
                moved.display()
            ));
            // Nothing was written there yet; a directory that holds something stays.
            std::fs::remove_dir(&directory).ok();
            directory = moved;
        }
        let lock = lock(&directory)?;
        Ok(Home { directory, user, notice, _lock: lock })
    }

    /// A program of the server, to be run as the server's user, in the cluster's directory, in plain English.
    pub(super) fn command(&self, program: &Path) -> std::process::Command {
        let mut command = std::process::Command::new(program);
        command.current_dir(&self.directory).stdin(std::process::Stdio::null()).env("LC_ALL", "C");
        for name in ["PGDATA", "PGPORT", "PGHOST", "PGHOSTADDR", "PGUSER", "PGDATABASE", "PGPASSWORD", "PGSERVICE"] {
            command.env_remove(name);
        }
        if let Some(user) = &self.user {
            user.run(&mut command);
        }
        command
    }

    /// Writes a file of ours that the server may read and nobody else.
    pub(super) fn write(&self, path: &Path, text: &str) -> Result<(), DemoError> {
        let fail = |source| DemoError::File { verb: "write", path: path.to_owned(), source };
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path).map_err(fail)?;
        file.set_permissions(Permissions::from_mode(0o600)).map_err(fail)?;
        if let Some(user) = &self.user {
            user.own(path).map_err(fail)?;
        }
        file.write_all(text.as_bytes()).map_err(fail)
    }

    /// Makes a directory that belongs to the server alone.
    pub(super) fn make_directory(&self, path: &Path) -> Result<PathBuf, DemoError> {
        make_directory(path, self.user.as_ref())
    }
}

/// The data directory's name in the cluster's.
pub(super) const DATA: &str = "data";

fn make_directory(path: &Path, user: Option<&ServerUser>) -> Result<PathBuf, DemoError> {
    let fail = |source| DemoError::File { verb: "create", path: path.to_owned(), source };
    std::fs::create_dir_all(path).map_err(fail)?;
    let path = std::fs::canonicalize(path).map_err(fail)?;
    if let Some(user) = user {
        user.own(&path).map_err(fail)?;
    }
    std::fs::set_permissions(&path, Permissions::from_mode(0o700)).map_err(fail)?;
    Ok(path)
}

/// One place for each wanted directory, so that the next start finds its cluster again.
fn fallback(wanted: &Path) -> PathBuf {
    let digest = hex::encode(Sha256::digest(wanted.as_os_str().as_bytes()));
    Path::new("/var/lib/vesper").join(&digest[..12])
}

fn lock(directory: &Path) -> Result<File, DemoError> {
    let path = directory.join("lock");
    let fail = |source| DemoError::File { verb: "create", path: path.clone(), source };
    let mut options = OpenOptions::new();
    let mut file = options.read(true).write(true).create(true).truncate(false).open(&path).map_err(fail)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).map_err(fail)?;
            file.write_all(format!("pid {}", std::process::id()).as_bytes()).map_err(fail)?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder).ok();
            let holder = if holder.is_empty() { "unknown".to_owned() } else { holder };
            Err(DemoError::InUse { directory: directory.to_owned(), holder })
        }
        Err(TryLockError::Error(source)) => Err(fail(source)),
    }
}
