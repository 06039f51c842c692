//! The fonts: fall-back a character, measuring, shortening, wrapping. Fonts of the machine are never read.

use std::sync::OnceLock;

use ttf_parser::{Face, GlyphId};

use crate::render::typeface::{theme_glyph, with_theme_font};

/// Stroke weight of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// One font, vendored or the theme's.
pub(super) struct Font<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
    pub face: Face<'a>,
}

impl Font<'_> {
    /// The advance of a glyph in ems.
    pub(super) fn advance(&self, glyph: GlyphId) -> f64 {
        f64::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)) / f64::from(self.face.units_per_em())
    }
}

/// The glyph that draws a character, if the font has one. Noto's cut has no minus of its own: its figure
/// dash is as wide as a digit and as bold, where another font's minus would look thin before the number.
pub(super) fn glyph_of(face: &Face<'_>, character: char) -> Option<GlyphId> {
    let glyph = |c: char| face.glyph_index(c).filter(|g| g.0 != 0);
    match character {
        MINUS => glyph(MINUS).or_else(|| glyph(FIGURE_DASH)),
        other => glyph(other),
    }
}

/// A stretch of text in one font.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    /// For [`with_font`].
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
pub(super) fn fonts() -> &'static [Font<'static>; 4] {
    static FONTS: OnceLock<[Font<'static>; 4]> = OnceLock::new();
    FONTS.get_or_init(|| {
        FILES.map(|(name, bytes)| Font { name, bytes, face: Face::parse(bytes, 0).expect("a vendored font parses") })
    })
}

/// Reads a font by its number: the vendored ones, then the theme's two weights.
pub(super) fn with_font<R>(font: usize, read: impl FnOnce(&Font<'_>) -> R) -> R {
    match fonts().get(font) {
        Some(font) => read(font),
        None => with_theme_font(font - fonts().len(), read),
    }
}

/// A character as it is drawn: its font, glyph and advance in ems.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    /// For [`with_font`].
    pub font: usize,
    pub glyph: GlyphId,
    /// The character, or `?` where no font has it.
    pub drawn: char,
    pub advance: f64,
}

/// Latin, Greek and Cyrillic: what nearly every text is made of.
pub(super) const NEAR: usize = 0x530;

/// How a character is drawn: in the theme's font where that has it, else in a vendored one. A layout asks this for every
/// letter, most of them several times: letters of the near scripts are looked up in the fonts once a process.
pub(super) fn letter(weight: Weight, character: char) -> Letter {
    static LETTERS: OnceLock<[Vec<Letter>; 2]> = OnceLock::new();
    let near = || {
        let of = |weight| (0..NEAR as u32).filter_map(char::from_u32).map(|c| resolve(weight, c)).collect();
        [of(Weight::Regular), of(Weight::Bold)]
    };
    if let Some((glyph, advance)) = theme_glyph(weight, character) {
        return Letter { font: fonts().len() + weight as usize, glyph, drawn: character, advance };
    }
    let at = character as usize;
    if at < NEAR { LETTERS.get_or_init(near)[weight as usize][at] } else { resolve(weight, character) }
}

/// The font and glyph of a character: the weight's own font, then symbols, then CJK; `?` where none has it.
fn resolve(weight: Weight, character: char) -> Letter {
    let own = match weight {
        Weight::Regular => REGULAR,
        Weight::Bold => BOLD,
    };
    let found = [own, SYMBOLS, CJK]
        .into_iter()
        .find_map(|font| Some((font, glyph_of(&fonts()[font].face, character)?, character)));
    let (font, glyph, drawn) =
        found.unwrap_or_else(|| (own, glyph_of(&fonts()[own].face, '?').expect("every font has a question mark"), '?'));
    Letter { font, glyph, drawn, advance: fonts()[font].advance(glyph) }
}

/// The width of a text in ems.
fn ems(weight: Weight, text: &str) -> f64 {
    text.chars().map(|c| letter(weight, c).advance).sum()
}

/// The width of a text in points.
pub(super) fn measure(weight: Weight, size: f64, text: &str) -> f64 {
    ems(weight, text) * size
}

/// A text cut where its font changes. Control characters, which no font draws, become blanks.
pub(super) fn runs(weight: Weight, text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        let Letter { font, drawn, .. } = letter(weight, c);
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
    let mut line = Stretch::from(0);
    for piece in pieces(text) {
        let longer = line.with(weight, piece);
        if longer.worded * size <= width + WIDTH_PRECISION {
            line = longer;
            continue;
        }
        let words = line.of(text).trim_end();
        if !words.is_empty() {
            lines.push(words.to_owned());
        }
        line = Stretch::from(line.until).with(weight, piece);
        while line.worded * size > width + WIDTH_PRECISION && line.of(text).chars().nth(1).is_some() {
            let head = head_length(weight, line.of(text), width / size);
            lines.push(line.of(text)[..head].to_owned());
            line = Stretch::from(line.from + head).with(weight, &line.of(text)[head..]);
        }
    }
    let words = line.of(text).trim_end();
    if !words.is_empty() {
        lines.push(words.to_owned());
    }
    lines
}

/// A part of a text and its width, so that a longer one measures no letter again.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: usize,
    until: usize,
    ems: f64,
    /// The width without the blanks it ends with.
    worded: f64,
}

impl Stretch {
    fn from(from: usize) -> Stretch {
        Stretch { from, until: from, ems: 0.0, worded: 0.0 }
    }

    fn with(mut self, weight: Weight, piece: &str) -> Stretch {
        for c in piece.chars() {
            self.ems += letter(weight, c).advance;
            if !c.is_whitespace() {
                self.worded = self.ems;
            }
        }
        self.until += piece.len();
        self
    }

    fn of(self, text: &str) -> &str {
        &text[self.from..self.until]
    }
}

/// How many bytes of a word fit into `room`, in ems: at least its first letter.
fn head_length(weight: Weight, word: &str, room: f64) -> usize {
    let mut ems = 0.0;
    for (at, c) in word.char_indices() {
        ems += letter(weight, c).advance;
        if at > 0 && ems > room {
            return at;
        }
    }
    word.len()
}

/// Whether lines of `width` part a word where it may not break.
pub(super) fn breaks_a_word(weight: Weight, size: f64, text: &str, width: f64) -> bool {
    pieces(text).any(|piece| measure(weight, size, piece.trim_end()) > width + WIDTH_PRECISION)
}

/// A text parted where a line may break: after a blank, after the hyphen of a long name, around a CJK character.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    /// A shorter beginning belongs to its word (`E-Mail`).
    const BEFORE_HYPHEN_MIN: usize = 4;
    let is_wide = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}');
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut letters = rest.char_indices();
        let (_, first) = letters.next()?;
        let (mut before, mut count) = (first, 1);
        let (mut is_name, mut is_after_name) = (first.is_alphabetic(), false);
        let end = letters.find_map(|(at, c)| {
            let may_break = before == ' ' || is_wide(before) || is_wide(c) || is_after_name;
            is_after_name = c == '-' && is_name && count >= BEFORE_HYPHEN_MIN;
            is_name &= c.is_alphabetic();
            count += 1;
            before = c;
            may_break.then_some(at)
        });
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        Some(piece)
    })
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
    fn a_long_name_breaks_at_its_hyphens_and_a_short_word_does_not() {
        let lines = wrap(Weight::Regular, 8.0, "Hohenlohe-Waldenburg-Schillingsfürst", 90.0);
        assert_eq!(lines, ["Hohenlohe-", "Waldenburg-", "Schillingsfürst"]);
        assert!(breaks_a_word(Weight::Regular, 8.0, "Contraction MRR", 30.0));
        assert!(!breaks_a_word(Weight::Regular, 8.0, "Contraction MRR", 60.0));
        assert!(breaks_a_word(Weight::Regular, 8.0, "E-Mail", measure(Weight::Regular, 8.0, "E-Mai")));
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
