//! Fonts cut down to the glyphs a document uses, named by what they hold.

use std::collections::{BTreeMap, BTreeSet};

use printpdf::{FontId, FontMetrics, ParsedFont, PdfFont};
use sha2::{Digest, Sha256};
use ttf_parser::Face;

use crate::render::error::RenderError;
use crate::render::font::{Font, glyph_of, runs, with_font};
use crate::render::page::{Pages, Shape};
use crate::report::Typeface;

/// The resource name of the n-th font.
pub(super) fn font_id(font: usize) -> FontId {
    FontId(format!("VF{font}"))
}

/// One subset for each font the pages use.
pub(super) fn subset_fonts(pages: &Pages) -> Result<Vec<(FontId, PdfFont)>, RenderError> {
    let mut used: BTreeMap<usize, BTreeSet<char>> = BTreeMap::new();
    for shape in pages.pages.iter().flat_map(|page| &page.marks).flat_map(|(_, shapes)| shapes) {
        if let Shape::Text { weight, text, .. } = shape {
            for run in runs(*weight, text) {
                used.entry(run.font).or_default().extend(run.text.chars());
            }
        }
    }
    used.into_iter().map(|(at, letters)| Ok((font_id(at), with_font(at, |font| subset(font, &letters))?))).collect()
}

fn subset(font: &Font<'_>, letters: &BTreeSet<char>) -> Result<PdfFont, RenderError> {
    let mut remapper = subsetter::GlyphRemapper::new();
    let (mut glyphs, mut widths) = (BTreeMap::new(), BTreeMap::new());
    for letter in letters {
        let Some(glyph) = glyph_of(&font.face, *letter) else { continue };
        let new = remapper.remap(glyph.0);
        glyphs.insert(u32::from(*letter), new);
        widths.insert(new, font.face.glyph_hor_advance(glyph).unwrap_or(0));
    }
    let bytes = subsetter::subset(font.bytes, 0, &remapper)
        .map_err(|e| RenderError::Font { font: font.name.to_owned(), reason: e.to_string() })?;
    // A subset's name begins with six letters that no other subset shares.
    let digest = Sha256::digest(&bytes);
    let tag: String = digest.iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect();
    let metrics = FontMetrics { ascent: font.face.ascender(), descent: font.face.descender() };
    let name = Some(format!("{tag}+{}", font.name.replace(' ', "")));
    let units = font.face.units_per_em();
    let mut parsed = ParsedFont::with_glyph_data(bytes, 0, name, glyphs, widths, units, metrics);
    let bounds = font.face.global_bounding_box();
    parsed.pdf_font_metrics.x_min = bounds.x_min;
    parsed.pdf_font_metrics.x_max = bounds.x_max;
    parsed.pdf_font_metrics.y_min = bounds.y_min;
    parsed.pdf_font_metrics.y_max = bounds.y_max;
    parsed.pdf_font_metrics.caret_slope_rise = 1;
    parsed.pdf_font_metrics.us_weight_class = font.face.weight().to_number();
    Ok(PdfFont::new(parsed))
}

/// Why a font of a theme cannot be cut down to some letters, in words: asked before a report is due.
pub fn check_typeface(typeface: &Typeface) -> Result<(), String> {
    let failed = |reason: &dyn std::fmt::Display| format!("it cannot be embedded: {reason}");
    let face = Face::parse(typeface.bytes(), 0).map_err(|e| failed(&e))?;
    let font = Font { name: typeface.family(), bytes: typeface.bytes(), face };
    match subset(&font, &"Vesper 0123456789".chars().collect()) {
        Err(RenderError::Font { reason, .. }) => Err(failed(&reason)),
        Err(other) => Err(failed(&other)),
        Ok(_) => Ok(()),
    }
}
