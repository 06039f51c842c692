//! A folder of files an operator may edit: on disk, or the default compiled into the binary.

use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use include_dir::Dir;

use crate::base::{Remedied, Remedy, nearest};

/// Where the files of `jobs/` or `templates/` come from. Paths inside are relative, with `/`.
#[derive(Clone)]
pub struct Folder {
    name: String,
    origin: Origin,
}

#[derive(Clone)]
enum Origin {
    Disk(PathBuf),
    BuiltIn(&'static Dir<'static>),
}

/// One file as a look at its folder sees it, without reading it: any change of its content changes this too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStamp {
    path: String,
    size: u64,
    /// The content's last change and the entry's: the second cannot be set back by a tool that copies times.
    changed_at: [(i64, i64); 2],
    inode: u64,
}

/// Why a folder or a file in it could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The folder the operator named is not there.
    #[error("{name} is not a folder")]
    NoFolder {
        /// The path.
        name: String,
    },
    /// No such file inside.
    #[error("{name}: no such file")]
    NoFile {
        /// The path as shown to people.
        name: String,
        /// The file most like it.
        near: Option<String>,
    },
    /// The path leaves the folder.
    #[error("{path:?} leaves the folder {folder}")]
    Outside {
        /// The folder.
        folder: String,
        /// The path asked for.
        path: String,
    },
    /// The file is there and cannot be read.
    #[error("{name} cannot be read")]
    Unreadable {
        /// The path.
        name: String,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The file is not UTF-8 text.
    #[error("{name} is not UTF-8 text")]
    NotText {
        /// The path.
        name: String,
    },
}

impl Remedied for FolderError {
    fn remedy(&self) -> Remedy {
        match self {
            FolderError::NoFolder { .. }
            | FolderError::NoFile { .. }
            | FolderError::Outside { .. }
            | FolderError::Unreadable { .. }
            | FolderError::NotText { .. } => Remedy::FixConfig,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            FolderError::NoFolder { .. } => {
                Some("create it, or leave the setting out to use the built-in files".into())
            }
            FolderError::NoFile { near, .. } => near.as_ref().map(|near| format!("did you mean `{near}`?")),
            FolderError::Outside { .. } => Some("name a file inside the folder, without `..`".into()),
            FolderError::Unreadable { .. } => Some("check the file's owner and mode".into()),
            FolderError::NotText { .. } => Some("save it as UTF-8".into()),
        }
    }
}

impl Folder {
    /// The folder on disk at `path`, or `built_in` when there is none.
    pub fn open_or(path: &Path, built_in: &'static Dir<'static>, built_in_name: &str) -> Self {
        Self::open(path).unwrap_or_else(|_| Self::built_in(built_in, built_in_name))
    }

    /// The folder on disk at `path`, which must be there.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let name = path.display().to_string();
        if !path.is_dir() {
            return Err(FolderError::NoFolder { name });
        }
        Ok(Self { name, origin: Origin::Disk(path.to_owned()) })
    }

    /// The files compiled into the binary; shown to people as `<built-in>/name/…`.
    pub fn built_in(files: &'static Dir<'static>, name: &str) -> Self {
        Self { name: format!("<built-in>/{name}"), origin: Origin::BuiltIn(files) }
    }

    /// Whether the files are those compiled into the binary.
    pub fn is_built_in(&self) -> bool {
        matches!(self.origin, Origin::BuiltIn(_))
    }

    /// The folder's own path, as shown to people.
    pub fn root(&self) -> &str {
        &self.name
    }

    /// The path of a file inside, as shown to people: `jobs/nightly.toml`, `<built-in>/jobs/nightly.toml`.
    pub fn name(&self, path: &str) -> String {
        format!("{}/{path}", self.name)
    }

    /// The text of a file inside.
    pub fn read(&self, path: &str) -> Result<String, FolderError> {
        String::from_utf8(self.read_bytes(path)?).map_err(|_| FolderError::NotText { name: self.name(path) })
    }

    /// The bytes of a file inside.
    pub fn read_bytes(&self, path: &str) -> Result<Vec<u8>, FolderError> {
        // Only plain names: what a job file names must never reach a file outside its folder.
        if !Path::new(path).components().all(|c| matches!(c, Component::Normal(_))) {
            return Err(FolderError::Outside { folder: self.name.clone(), path: path.to_owned() });
        }
        match &self.origin {
            Origin::BuiltIn(files) => match files.get_file(path) {
                Some(file) => Ok(file.contents().to_vec()),
                None => Err(self.no_file(path)),
            },
            Origin::Disk(root) => match std::fs::read(root.join(path)) {
                Ok(bytes) => Ok(bytes),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(self.no_file(path)),
                Err(source) => Err(FolderError::Unreadable { name: self.name(path), source }),
            },
        }
    }

    /// Where a file inside lies on disk, for who reads it a piece at a time; none for the files compiled in.
    pub fn path_on_disk(&self, path: &str) -> Option<PathBuf> {
        match &self.origin {
            Origin::Disk(root) => Some(root.join(path)),
            Origin::BuiltIn(_) => None,
        }
    }

    /// Every file below `under` (`""` is the whole folder) whose name ends with `.extension`: paths relative to the
    /// folder, sorted. A folder that is not there holds nothing. Hidden files are left out.
    pub fn list(&self, under: &str, extension: &str) -> Result<Vec<String>, FolderError> {
        let mut paths = Vec::new();
        match &self.origin {
            Origin::BuiltIn(files) => list_built_in(files, &mut paths),
            Origin::Disk(root) => list_disk(root, "", 0, &mut paths)
                .map_err(|source| FolderError::Unreadable { name: self.name.clone(), source })?,
        }
        let (below, ending) = (format!("{}/", under.trim_end_matches('/')), format!(".{extension}"));
        paths.retain(|p| p.ends_with(&ending) && (under.is_empty() || p.starts_with(&below)));
        paths.sort();
        Ok(paths)
    }

    /// A cheap look at every file, to be compared with a later one. Compiled-in files never change and have none.
    pub fn look(&self) -> Result<Vec<FileStamp>, FolderError> {
        let Origin::Disk(root) = &self.origin else { return Ok(Vec::new()) };
        let unreadable = |source| FolderError::Unreadable { name: self.name.clone(), source };
        let mut paths = Vec::new();
        list_disk(root, "", 0, &mut paths).map_err(unreadable)?;
        paths.sort();
        let stamps = paths.into_iter().filter_map(|path| match std::fs::metadata(root.join(&path)) {
            Ok(file) => {
                let changed_at = [(file.mtime(), file.mtime_nsec()), (file.ctime(), file.ctime_nsec())];
                Some(Ok(FileStamp { path, size: file.size(), changed_at, inode: file.ino() }))
            }
            // Gone since it was listed, or a link to nothing.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
            Err(source) => Some(Err(unreadable(source))),
        });
        stamps.collect()
    }

    fn no_file(&self, path: &str) -> FolderError {
        let extension = Path::new(path).extension().and_then(|e| e.to_str()).unwrap_or_default();
        let others = self.list("", extension).unwrap_or_default();
        let near = nearest(path, others.iter().map(String::as_str)).map(|near| self.name(near));
        FolderError::NoFile { name: self.name(path), near }
    }
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Folder").field(&self.name).finish()
    }
}

fn list_built_in(dir: &'static Dir<'static>, paths: &mut Vec<String>) {
    paths.extend(dir.files().filter_map(|file| file.path().to_str()).filter(|p| !is_hidden(p)).map(str::to_owned));
    dir.dirs().for_each(|below| list_built_in(below, paths));
}

/// Links to folders are followed only as deep as a job folder can be, so that a loop ends.
const DEPTH_MAX: usize = 8;

fn list_disk(dir: &Path, prefix: &str, depth: usize, paths: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        if is_hidden(&name) {
            continue;
        }
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if !entry.path().is_dir() {
            paths.push(path);
        } else if depth < DEPTH_MAX {
            list_disk(&entry.path(), &path, depth + 1, paths)?;
        }
    }
    Ok(())
}

fn is_hidden(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| name.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    static FILES: Dir<'static> = include_dir::include_dir!("$CARGO_MANIFEST_DIR/src/base");

    #[test]
    fn a_missing_folder_falls_back_to_the_built_in_files_and_says_so() {
        let folder = Folder::open_or(Path::new("/nonexistent/jobs"), &FILES, "base");
        assert!(folder.is_built_in());
        assert_eq!(folder.name("mod.rs"), "<built-in>/base/mod.rs");
        assert!(folder.read("mod.rs").expect("this room's door").contains("pub mod folder;"));
        assert!(folder.list("", "rs").expect("a list").contains(&"folder.rs".to_owned()));
    }

    #[test]
    fn files_on_disk_are_listed_sorted_below_a_folder_and_by_extension() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(dir.path().join("source/shop")).expect("folders");
        for (path, text) in [("source/shop/b.sql", "b"), ("source/shop/a.sql", "a"), ("x.sql", "x"), (".y.sql", "y")] {
            std::fs::write(dir.path().join(path), text).expect("a file");
        }
        let folder = Folder::open(dir.path()).expect("a folder");
        assert_eq!(folder.list("source/shop", "sql").expect("a list"), ["source/shop/a.sql", "source/shop/b.sql"]);
        assert_eq!(folder.list("", "sql").expect("a list").len(), 3);
        assert_eq!(folder.read("x.sql").expect("a file"), "x");
        let missing = folder.read("source/shop/aa.sql").expect_err("no such file");
        assert_eq!(missing.hint(), Some(format!("did you mean `{}`?", folder.name("source/shop/a.sql"))));
    }

    #[test]
    fn a_look_sees_every_change_and_nothing_else() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::open(dir.path()).expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("a file");
        write("a.toml", "a = 1");
        let first = folder.look().expect("a look");
        assert_eq!(folder.look().expect("a look"), first);
        write("b.toml", "b = 1");
        let second = folder.look().expect("a look");
        assert_ne!(second, first);
        write("c.toml", "b = 2");
        std::fs::rename(dir.path().join("c.toml"), dir.path().join("b.toml")).expect("a file");
        assert_ne!(folder.look().expect("a look"), second, "a file of the same size took its place");
        std::fs::remove_file(dir.path().join("b.toml")).expect("a file");
        assert_eq!(folder.look().expect("a look"), first);
        drop(dir);
        assert!(folder.look().is_err());
    }

    #[test]
    fn a_path_cannot_leave_the_folder() {
        let folder = Folder::built_in(&FILES, "base");
        for path in ["../lib.rs", "/etc/passwd", "a/../../x"] {
            assert!(matches!(folder.read(path), Err(FolderError::Outside { .. })), "{path}");
        }
    }
}
