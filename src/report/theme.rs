//! The sheet and the white label: paper, colours, words of the house.

use serde::Serialize;

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
}

#[cfg(test)]
mod tests {
    use super::Colour;

    #[test]
    fn a_colour_is_six_digits_after_a_hash_or_nothing() {
        assert_eq!(Colour::parse("#1D4ED8"), Some(Colour(0x1d, 0x4e, 0xd8)));
        assert_eq!(Colour::parse("#1D4ED8").map(Colour::hex).as_deref(), Some("#1d4ed8"));
        for wrong in ["1D4ED8", "#fff", "#12345g", "#ééé", "#+12345"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }
}
