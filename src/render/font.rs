//! The vendored fonts: fall-back a character, measuring, shortening, wrapping. Fonts of the machine are never read.

use std::sync::OnceLock;

use ttf_parser::{Face, GlyphId};

/// Stroke weight of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// One vendored font.
pub(super) struct Font {
    pub name: &'static str,
    pub bytes: &'static [u8],
    pub face: Face<'static>,
}

impl Font {
    /// The glyph that draws a character, if the font has one. Noto's cut has no minus of its own: its figure
    /// dash is as wide as a digit and as bold, where another font's minus would look thin before the number.
    pub(super) fn glyph(&self, character: char) -> Option<GlyphId> {
        let glyph = |c: char| self.face.glyph_index(c).filter(|g| g.0 != 0);
        match character {
            MINUS => glyph(MINUS).or_else(|| glyph(FIGURE_DASH)),
            other => glyph(other),
        }
    }
}

/// A stretch of text in one font.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    /// Index into [`fonts`].
    pub font: usize,
    pub text: String,
}

const MINUS: char = '\u{2212}';
const FIGURE_DASH: char = '\u{2012}';
const REGULAR: usize = 0;
const BOLD: usize = 1;
const SYMBOLS: usize = 2;
const CJK: usize = 3;
const FILES: [(&str, &[u8]); 4] = [
    ("NotoSans-Regular", include_bytes!("../../assets/fonts/NotoSans-Regular.ttf")),
    ("NotoSans-Bold", include_bytes!("../../assets/fonts/NotoSans-Bold.ttf")),
    ("DejaVuSans", include_bytes!("../../assets/fonts/DejaVuSans.ttf")),
    ("DroidSansFallback", include_bytes!("../../assets/fonts/DroidSansFallbackFull.ttf")),
];

/// The vendored fonts, parsed once a process.
pub(super) fn fonts() -> &'static [Font; 4] {
    static FONTS: OnceLock<[Font; 4]> = OnceLock::new();
    FONTS.get_or_init(|| {
        FILES.map(|(name, bytes)| Font { name, bytes, face: Face::parse(bytes, 0).expect("a vendored font parses") })
    })
}

/// The font and glyph of a character: the weight's own font, then symbols, then CJK; `?` where none has it.
pub(super) fn resolve(weight: Weight, character: char) -> (usize, GlyphId, char) {
    let own = match weight {
        Weight::Regular => REGULAR,
        Weight::Bold => BOLD,
    };
    for font in [own, SYMBOLS, CJK] {
        if let Some(glyph) = fonts()[font].glyph(character) {
            return (font, glyph, character);
        }
    }
    (own, fonts()[own].glyph('?').expect("every font has a question mark"), '?')
}

/// The advance of a glyph in ems.
pub(super) fn advance(font: usize, glyph: GlyphId) -> f64 {
    let face = &fonts()[font].face;
    f64::from(face.glyph_hor_advance(glyph).unwrap_or(0)) / f64::from(face.units_per_em())
}

/// The width of a text in points.
pub(super) fn measure(weight: Weight, size: f64, text: &str) -> f64 {
    let ems: f64 = text.chars().map(|c| resolve(weight, c)).map(|(font, glyph, _)| advance(font, glyph)).sum();
    ems * size
}

/// A text cut where its font changes. Control characters, which no font draws, become blanks.
pub(super) fn runs(weight: Weight, text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        let (font, _, drawn) = resolve(weight, c);
        match runs.last_mut() {
            Some(run) if run.font == font => run.text.push(drawn),
            _ => runs.push(Run { font, text: drawn.to_string() }),
        }
    }
    runs
}

/// Widths that differ by less are the same, in points.
const WIDTH_PRECISION: f64 = 1e-6;

/// A text no wider than `width`, its end replaced by `…` where it was.
pub(super) fn shorten(weight: Weight, size: f64, text: &str, width: f64) -> String {
    // A width that was measured for this very text is wide enough, whatever adding and subtracting made of it.
    if measure(weight, size, text) <= width + WIDTH_PRECISION {
        return text.to_owned();
    }
    let mut room = width - measure(weight, size, "…");
    let mut short = String::new();
    for c in text.chars() {
        room -= measure(weight, size, c.encode_utf8(&mut [0; 4]));
        if room < 0.0 {
            break;
        }
        short.push(c);
    }
    format!("{}…", short.trim_end())
}

/// A text in lines no wider than `width`; breaks at blanks, between CJK characters, and anywhere where a word alone is too wide.
pub(super) fn wrap(weight: Weight, size: f64, text: &str, width: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        let candidate = format!("{line}{piece}");
        if measure(weight, size, candidate.trim_end()) <= width + WIDTH_PRECISION {
            line = candidate;
            continue;
        }
        if !line.trim_end().is_empty() {
            lines.push(line.trim_end().to_owned());
        }
        line = piece;
        while measure(weight, size, line.trim_end()) > width + WIDTH_PRECISION && line.chars().count() > 1 {
            let mut head = String::new();
            for c in line.chars() {
                let wider = format!("{head}{c}");
                if !head.is_empty() && measure(weight, size, &wider) > width {
                    break;
                }
                head = wider;
            }
            line = line.split_off(head.len());
            lines.push(head);
        }
    }
    if !line.trim_end().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The places where a line may break: after a blank, around a CJK character.
fn pieces(text: &str) -> Vec<String> {
    let is_wide = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}');
    let mut pieces: Vec<String> = Vec::new();
    let mut may_break = true;
    for c in text.chars() {
        if may_break || is_wide(c) {
            pieces.push(String::new());
        }
        pieces.last_mut().expect("the first character opens a piece").push(c);
        may_break = c == ' ' || is_wide(c);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_of_the_house_is_drawn_by_a_vendored_font() {
        let runs = runs(Weight::Bold, "Łódź Ελένη Анна 王小明 → ✓");
        assert_eq!(runs.iter().map(|r| r.font).collect::<Vec<_>>(), [BOLD, CJK, BOLD, SYMBOLS, BOLD, SYMBOLS]);
        assert!(runs.iter().all(|r| !r.text.contains('?')));
    }

    #[test]
    fn a_minus_is_as_bold_and_wide_as_the_digits_behind_it() {
        let runs = runs(Weight::Bold, "−12.5%");
        assert_eq!((runs.len(), runs[0].font), (1, BOLD));
        assert_eq!(measure(Weight::Bold, 8.0, "−"), measure(Weight::Bold, 8.0, "0"));
    }

    #[test]
    fn shortened_and_wrapped_texts_never_exceed_their_width() {
        let text =
            "Maximiliane Freifrau von und zu Hohenlohe-Waldenburg-Schillingsfürst 東京商事株式会社東京商事株式会社";
        for width in [30.0, 61.5, 120.0, 300.0] {
            assert!(measure(Weight::Regular, 8.0, &shorten(Weight::Regular, 8.0, text, width)) <= width);
            let lines = wrap(Weight::Regular, 8.0, text, width);
            assert!(lines.iter().all(|l| measure(Weight::Regular, 8.0, l) <= width), "{lines:?}");
            let letters = |s: &str| s.chars().filter(|c| *c != ' ').collect::<String>();
            assert_eq!(letters(&lines.concat()), letters(text));
        }
    }
}
