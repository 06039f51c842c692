//! Where the server's programs are: on the PATH, in Debian's versioned folders, in Homebrew's.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::demo::DemoError;

/// One installation's programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    directory: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    /// The first installation that has all three programs and, for a cluster that exists, the `major` that made it.
    pub(super) fn find(cluster: &Path, major: Option<u32>) -> Result<Binaries, DemoError> {
        let mut found = candidates().into_iter().filter_map(|directory| Binaries::probe(&directory)).peekable();
        if found.peek().is_none() {
            return Err(DemoError::BinariesMissing);
        }
        match major {
            None => found.next().ok_or(DemoError::BinariesMissing),
            Some(major) => found
                .find(|binaries| binaries.major == major)
                .ok_or_else(|| DemoError::BinariesOfAnotherMajor { directory: cluster.to_owned(), major }),
        }
    }

    /// The full path of one program.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn probe(directory: &Path) -> Option<Binaries> {
        if !PROGRAMS.iter().all(|program| directory.join(program).is_file()) {
            return None;
        }
        let version = Command::new(directory.join("postgres")).arg("--version").current_dir("/").output().ok()?;
        let major = major_of(&String::from_utf8_lossy(&version.stdout))?;
        Some(Binaries { directory: directory.to_owned(), major })
    }
}

/// What a cluster needs; client-only packages lack the first and the last.
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// Where versioned installations stand side by side, as `<root>/<version folder>/bin` or `<root>/<version>`.
const VERSIONED_ROOTS: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", "bin"),
    ("/usr", "bin"),
    ("/opt/homebrew/opt", "bin"),
    ("/usr/local/opt", "bin"),
    ("/Library/PostgreSQL", "bin"),
];

fn candidates() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<PathBuf> = std::env::split_paths(&path).filter(|p| p.is_absolute()).collect();
    for (root, tail) in VERSIONED_ROOTS {
        let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir(root)
            .into_iter()
            .flatten()
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let version = version_of_folder(&entry.file_name().to_string_lossy())?;
                Some((version, entry.path().join(tail)))
            })
            .collect();
        versions.sort_by(|a, b| b.cmp(a));
        directories.extend(versions.into_iter().map(|(_, directory)| directory));
    }
    directories
}

/// `15`, `pgsql-15`, `postgresql@16`, `postgresql`: the version a folder's name speaks of (0 when it names none).
fn version_of_folder(name: &str) -> Option<u32> {
    let rest = ["postgresql@", "postgresql", "pgsql-"].iter().find_map(|prefix| name.strip_prefix(prefix));
    match rest {
        Some("") => Some(0),
        Some(version) => version.parse().ok(),
        None => name.parse().ok(),
    }
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or `… 17beta1`.
fn major_of(version: &str) -> Option<u32> {
    let (_, rest) = version.split_once("(PostgreSQL) ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{major_of, version_of_folder};

    #[test]
    fn versions_are_read_from_folders_and_programs() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 17beta1"), Some(17));
        assert_eq!(major_of("psql"), None);
        assert_eq!(version_of_folder("postgresql@16"), Some(16));
        assert_eq!(version_of_folder("pgsql-14"), Some(14));
        assert_eq!(version_of_folder("9.6"), None);
        assert_eq!(version_of_folder("share"), None);
    }
}
