//! The sheet and the white label: paper, colours, words of the house.

use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::report::typeface::Fonts;

/// The sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// Its format.
    pub paper: Paper,
    /// Which side is up.
    pub orientation: Orientation,
}

/// Formats of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Paper {
    /// 210 × 297 mm.
    A4,
    /// 8.5 × 11 inches.
    Letter,
}

/// Which side of the sheet is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Orientation {
    /// The short side.
    Portrait,
    /// The long side.
    Landscape,
}

/// An sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// Reads `#2563EB`.
    pub fn parse(text: &str) -> Option<Colour> {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Colour(channel(0)?, channel(2)?, channel(4)?))
    }

    /// Writes `#2563eb`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl Serialize for Colour {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.hex())
    }
}

/// White-label colours and words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Theme {
    /// The house colour: bands, first series, links.
    pub accent: Colour,
    /// The left half of every page's foot.
    pub footer: String,
    /// The picture in place of the organisation's first letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<Logo>,
    /// The fonts in place of the built-in ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fonts: Option<Fonts>,
}

impl Theme {
    /// The house's own look.
    pub fn house() -> Theme {
        Theme { accent: Colour(0x1d, 0x4e, 0xd8), footer: "Confidential".to_owned(), logo: None, fonts: None }
    }
}

/// A picture of the house: its bytes as they were in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    kind: LogoKind,
    bytes: Arc<[u8]>,
}

/// What a logo may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoKind {
    /// Pixels.
    Png,
    /// Vectors.
    Svg,
}

/// A logo stands in every mail and on every page: a photograph does not belong there.
const LOGO_BYTES_MAX: usize = 256 * 1024;
/// A small file may unfold into a picture that takes all memory.
const LOGO_PIXELS_MAX: u32 = 4_000;

impl Logo {
    /// Takes a picture by its content, not its name.
    ///
    /// # Errors
    /// What it is instead of a PNG or SVG of at most 256 KiB, in words.
    pub fn read(bytes: &[u8]) -> Result<Logo, String> {
        if bytes.len() > LOGO_BYTES_MAX {
            return Err(format!("it has {} KiB, at most 256 are taken", bytes.len().div_ceil(1024)));
        }
        let kind = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            // Signature, length and name of the first part, then its size.
            let side = |at: usize| bytes.get(at..at + 4).and_then(|b| Some(u32::from_be_bytes(b.try_into().ok()?)));
            let (width, height) = side(16).zip(side(20)).ok_or("the PNG picture is cut off")?;
            if width > LOGO_PIXELS_MAX || height > LOGO_PIXELS_MAX {
                return Err(format!("it has {width} × {height} pixels, at most {LOGO_PIXELS_MAX} a side are taken"));
            }
            LogoKind::Png
        } else if std::str::from_utf8(bytes).is_ok_and(|text| text.contains("<svg")) {
            LogoKind::Svg
        } else {
            return Err("it is neither a PNG nor an SVG picture".to_owned());
        };
        Ok(Logo { kind, bytes: bytes.into() })
    }

    /// PNG or SVG.
    pub fn kind(&self) -> LogoKind {
        self.kind
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Serialize for Logo {
    /// A document shows which picture it is, not the picture.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(Sha256::digest(&self.bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Colour, Logo, LogoKind};

    #[test]
    fn a_colour_is_six_digits_after_a_hash_or_nothing() {
        assert_eq!(Colour::parse("#1D4ED8"), Some(Colour(0x1d, 0x4e, 0xd8)));
        assert_eq!(Colour::parse("#1D4ED8").map(Colour::hex).as_deref(), Some("#1d4ed8"));
        for wrong in ["1D4ED8", "#fff", "#12345g", "#ééé", "#+12345"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_logo_is_taken_by_its_content_and_refused_with_a_reason() {
        let svg = Logo::read(b"<svg xmlns='http://www.w3.org/2000/svg'/>").expect("an SVG");
        assert_eq!(svg.kind(), LogoKind::Svg);
        let png = |side: u32| [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &side.to_be_bytes()[..], &[0, 0, 0, 9]].concat();
        assert_eq!(Logo::read(&png(64)).map(|l| l.kind()), Ok(LogoKind::Png));
        assert!(Logo::read(&png(60_000)).is_err_and(|e| e.contains("60000 × 9 pixels")));
        assert_eq!(Logo::read(b"\x89PNG\r\n\x1a\n...."), Err("the PNG picture is cut off".to_owned()));
        assert_eq!(Logo::read(b"GIF89a"), Err("it is neither a PNG nor an SVG picture".to_owned()));
        assert!(Logo::read(&[0; 300_000]).is_err_and(|e| e.contains("293 KiB")));
    }
}
