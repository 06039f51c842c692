//! Fonts of the house: files that a template names.

use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest, Sha256};
use ttf_parser::{Face, Permissions, name_id};

/// The fonts in which a report is set in place of the built-in ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fonts {
    /// For what is read.
    pub regular: Typeface,
    /// For titles and values.
    pub bold: Typeface,
}

/// One font: its family's name and its bytes as they were in the file.
#[derive(Clone, PartialEq, Eq)]
pub struct Typeface {
    family: String,
    bytes: Arc<[u8]>,
}

/// A font of the scripts of Europe has less than 1 MiB, one of all of China less than 16.
const BYTES_MAX: usize = 16 * 1024 * 1024;

impl Typeface {
    /// Takes a font by its content, not its name.
    ///
    /// # Errors
    /// What it is instead of a TTF or OTF font that may be embedded, in words.
    pub fn read(bytes: &[u8]) -> Result<Typeface, String> {
        if bytes.len() > BYTES_MAX {
            return Err(format!("it has {} MiB, at most 16 are taken", bytes.len().div_ceil(1024 * 1024)));
        }
        let refused = |reason: &str| Err(reason.to_owned());
        if bytes.starts_with(b"wOFF") || bytes.starts_with(b"wOF2") {
            return refused("it is a font for web pages: take the TTF or OTF file it was made of");
        }
        if bytes.starts_with(b"ttcf") {
            return refused("it is a collection of fonts: take one of them");
        }
        let Ok(face) = Face::parse(bytes, 0) else { return refused("it is neither a TTF nor an OTF font") };
        if face.is_variable() {
            return refused("it is a variable font: take one of its static cuts");
        }
        if face.tables().glyf.is_none() && face.tables().cff.is_none() {
            return refused("it has no outlines");
        }
        if face.permissions() == Some(Permissions::Restricted) || !face.is_subsetting_allowed() {
            return refused("it says of itself that it must not be embedded");
        }
        let Some(family) = family(&face) else { return refused("it does not name its family") };
        Ok(Typeface { family, bytes: bytes.into() })
    }

    /// The name under which a reader's own copy is found.
    pub fn family(&self) -> &str {
        &self.family
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// The family of all weights where the font tells it; no letter of it ends a quotation.
fn family(face: &Face<'_>) -> Option<String> {
    let named = |id: u16| face.names().into_iter().filter(move |n| n.name_id == id).find_map(|n| n.to_string());
    let name = named(name_id::TYPOGRAPHIC_FAMILY).or_else(|| named(name_id::FAMILY))?;
    let name: String = name.chars().filter(|c| c.is_alphanumeric() || " -_.".contains(*c)).take(60).collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

impl std::fmt::Debug for Typeface {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Typeface({}, {} bytes)", self.family, self.bytes.len())
    }
}

impl Serialize for Typeface {
    /// A document shows which font it is, not the font.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{} {}", self.family, hex::encode(Sha256::digest(&self.bytes))))
    }
}

#[cfg(test)]
mod tests {
    use super::Typeface;

    const DEJAVU: &[u8] = include_bytes!("../../assets/fonts/DejaVuSans.ttf");

    const NOTO: &[u8] = include_bytes!("../../assets/fonts/NotoSans-Regular.ttf");

    /// A font with other rights: its `OS/2` table begins with a version, a width and two weights, then come the rights.
    fn with_rights(rights: u16) -> Vec<u8> {
        let mut bytes = NOTO.to_vec();
        let entry = bytes.windows(4).position(|tag| tag == b"OS/2").expect("its table");
        let at = u32::from_be_bytes(bytes[entry + 8..entry + 12].try_into().expect("four bytes")) as usize;
        bytes[at + 8..at + 10].copy_from_slice(&rights.to_be_bytes());
        bytes
    }

    #[test]
    fn a_font_is_taken_by_its_content_and_refused_with_a_reason() {
        let font = Typeface::read(DEJAVU).expect("a font");
        assert_eq!((font.family(), font.bytes()), ("DejaVu Sans", DEJAVU));
        let too_large = vec![0; 16 * 1024 * 1024 + 1];
        for (bytes, reason) in [
            (&b"GIF89a"[..], "neither a TTF nor an OTF font"),
            (&DEJAVU[..200], "neither a TTF nor an OTF font"),
            (b"wOF2\0\x01\0\0", "a font for web pages"),
            (b"ttcf\0\x01\0\0", "a collection of fonts"),
            (&with_rights(0x0002), "must not be embedded"),
            (&with_rights(0x0100), "must not be embedded"),
            (&too_large, "at most 16"),
        ] {
            let told = Typeface::read(bytes).expect_err(reason);
            assert!(told.contains(reason), "{told} is not {reason}");
        }
        assert!(Typeface::read(&with_rights(0x0008)).is_ok(), "an editable embedding is an embedding");
    }
}
