//! The folder of an export: written beside its place, moved there when it is whole.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::export::{ExportError, Manifest};

/// What makes a folder an export of ours.
const MANIFEST: &str = "manifest.json";

/// A folder being filled. Dropped before its end it is removed.
pub(super) struct ExportFolder {
    draft: TempDir,
    place: PathBuf,
}

impl ExportFolder {
    /// A draft beside `out_dir/name`. Refuses a place that something else has taken.
    pub(super) fn begin(out_dir: &Path, name: &str) -> Result<Self, ExportError> {
        let place = out_dir.join(name);
        if place.exists() && !place.join(MANIFEST).is_file() {
            return Err(ExportError::Occupied { path: place });
        }
        std::fs::create_dir_all(out_dir).map_err(ExportError::file(out_dir))?;
        let draft = tempfile::Builder::new().prefix(&format!(".{name}-")).tempdir_in(out_dir);
        Ok(Self { draft: draft.map_err(ExportError::file(out_dir))?, place })
    }

    /// Where files are written.
    pub(super) fn path(&self) -> &Path {
        self.draft.path()
    }

    /// Writes the manifest and moves the folder to its place, where an earlier one gives way.
    pub(super) fn finish(self, manifest: &Manifest) -> Result<PathBuf, ExportError> {
        let Self { draft, place } = self;
        let path = draft.path().join(MANIFEST);
        std::fs::write(&path, manifest.text()).map_err(ExportError::file(&path))?;
        // A temporary folder is its owner's alone; an export is made to be read.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let readable = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(draft.path(), readable).map_err(ExportError::file(draft.path()))?;
        }
        if place.exists() {
            // Two moves and not one: for a moment there is no folder, but never half of one.
            let gone = tempfile::Builder::new().prefix(".replaced-").tempdir_in(parent(&place));
            let gone = gone.map_err(ExportError::file(&place))?;
            std::fs::rename(&place, gone.path().join("export")).map_err(ExportError::file(&place))?;
        }
        std::fs::rename(draft.keep(), &place).map_err(ExportError::file(&place))?;
        Ok(place)
    }
}

fn parent(place: &Path) -> &Path {
    place.parent().unwrap_or(Path::new("."))
}
