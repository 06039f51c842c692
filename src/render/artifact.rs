//! What leaves the room: bytes with a name and a digest.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::report::Document;

/// What rendered an edition, for its manifest: another version may give other bytes.
pub const RENDERER: &str = concat!("vesper ", env!("CARGO_PKG_VERSION"));

/// When a document is rendered, as data: the renderers hold no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Printed on every format and pinned into the files' own dates.
    pub generated_at: DateTime<Utc>,
}

/// A rendered file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// `executive-weekly-2026-11-22.pdf`.
    pub name: String,
    /// `application/pdf`.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
    /// SHA-256 of the file, hex.
    pub sha256: String,
}

impl Artifact {
    /// Names and seals `bytes` rendered from `document`.
    pub(super) fn seal(document: &Document, extension: &str, media_type: &'static str, bytes: Vec<u8>) -> Artifact {
        Artifact::seal_as(format!("{}-{}.{extension}", document.report, document.business_date), media_type, bytes)
    }

    /// The same for one of several files of a format.
    pub(super) fn seal_part(
        document: &Document,
        (part, extension): (&str, &str),
        media_type: &'static str,
        bytes: Vec<u8>,
    ) -> Artifact {
        let name = format!("{}-{}-{part}.{extension}", document.report, document.business_date);
        Artifact::seal_as(name, media_type, bytes)
    }

    fn seal_as(name: String, media_type: &'static str, bytes: Vec<u8>) -> Artifact {
        Artifact { name, media_type, sha256: hex::encode(Sha256::digest(&bytes)), bytes }
    }
}
