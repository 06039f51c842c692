//! The fonts of a theme, which are asked before the vendored ones while its document is drawn.
//!
//! Every letter is measured through styles that are constants, deep in the layout and in charts. Which fonts a document
//! brings is an argument of the drawing as a whole instead: [`in_fonts_of`] sets them for its thread until it returns,
//! so that the same document still gives the same bytes.

use std::cell::RefCell;
use std::rc::Rc;

use ttf_parser::{Face, GlyphId};

use crate::render::font::{Font, NEAR, Weight, glyph_of};
use crate::report::{Theme, Typeface};

thread_local! {
    static CURRENT: RefCell<Option<Rc<[Cut; 2]>>> = const { RefCell::new(None) };
}

/// One weight of the theme's fonts, its nearest letters looked up.
struct Cut {
    typeface: Typeface,
    near: Vec<Option<(GlyphId, f64)>>,
}

/// Draws with the fonts of `theme`; without them, with the vendored ones alone.
pub(super) fn in_fonts_of<R>(theme: &Theme, draw: impl FnOnce() -> R) -> R {
    let cuts = theme.fonts.as_ref().map(|fonts| Rc::new([Cut::new(&fonts.regular), Cut::new(&fonts.bold)]));
    let _before = Restore(CURRENT.replace(cuts));
    draw()
}

/// Puts back what was set before, also where a drawing panics.
struct Restore(Option<Rc<[Cut; 2]>>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

impl Cut {
    fn new(typeface: &Typeface) -> Cut {
        let mut cut = Cut { typeface: typeface.clone(), near: Vec::new() };
        let letters = (0..NEAR as u32).filter_map(char::from_u32);
        cut.near = cut.with_font(|font| letters.map(|c| found(font, c)).collect());
        cut
    }

    fn with_font<R>(&self, read: impl FnOnce(&Font<'_>) -> R) -> R {
        let bytes = self.typeface.bytes();
        let face = Face::parse(bytes, 0).expect("a typeface was parsed when it was read");
        read(&Font { name: self.typeface.family(), bytes, face })
    }
}

fn found(font: &Font<'_>, character: char) -> Option<(GlyphId, f64)> {
    let glyph = glyph_of(&font.face, character)?;
    Some((glyph, font.advance(glyph)))
}

/// A character in the theme's font, if there is one and it has it: its glyph and advance in ems.
pub(super) fn theme_glyph(weight: Weight, character: char) -> Option<(GlyphId, f64)> {
    CURRENT.with_borrow(|cuts| {
        let cut = &cuts.as_ref()?[weight as usize];
        match cut.near.get(character as usize) {
            Some(near) => *near,
            None => cut.with_font(|font| found(font, character)),
        }
    })
}

/// Reads the theme's font of a weight.
pub(super) fn with_theme_font<R>(weight: usize, read: impl FnOnce(&Font<'_>) -> R) -> R {
    let cuts = CURRENT.with_borrow(Clone::clone).expect("a glyph of a theme's font is drawn while the font is set");
    cuts[weight].with_font(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::font::measure;
    use crate::render::{Stamp, render_email, render_html, render_pdf, render_xlsx};
    use crate::report::fixture::document;
    use crate::report::{Document, Fonts};

    /// The weekly report in a font of its own, which has no letter of 王小明.
    fn branded() -> Document {
        let font = Typeface::read(include_bytes!("../../assets/fonts/DejaVuSans.ttf")).expect("a font");
        let mut document = document();
        document.theme.fonts = Some(Fonts { regular: font.clone(), bold: font });
        document
    }

    fn stamp() -> Stamp {
        Stamp { generated_at: "2026-11-23T06:00:00Z".parse().expect("an instant") }
    }

    /// The fonts of a PDF, without the six letters of a subset.
    fn font_names(bytes: &[u8]) -> Vec<String> {
        let pdf = lopdf::Document::load_mem(bytes).expect("a PDF");
        let name =
            |object: &lopdf::Object| Some(object.as_dict().ok()?.get(b"BaseFont").ok()?.as_name().ok()?.to_vec());
        let mut names: Vec<String> = pdf
            .objects
            .values()
            .filter_map(name)
            .filter_map(|name| String::from_utf8_lossy(&name).split_once('+').map(|(_, name)| name.to_owned()))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    #[test]
    fn a_theme_s_font_is_embedded_and_what_it_lacks_is_drawn_by_a_vendored_one() {
        let bytes = render_pdf(&branded(), stamp()).expect("a PDF").bytes;
        let names = font_names(&bytes);
        let is_here = |part: &str| names.iter().any(|name| name.starts_with(part));
        assert!(is_here("DejaVuSans") && is_here("DroidSansFallback") && !is_here("NotoSans"), "{names:?}");
        let pdf = lopdf::Document::load_mem(&bytes).expect("a PDF");
        let numbers: Vec<u32> = pdf.get_pages().keys().copied().collect();
        let text = pdf.extract_text(&numbers).expect("text");
        for words in ["Weekly business review", "Łukasz Wiśniewski", "王小明", "How to read this"] {
            assert!(text.contains(words), "{words} is not in\n{text}");
        }
        let again = std::thread::spawn(|| render_pdf(&branded(), stamp()).expect("a PDF").bytes);
        assert_eq!(again.join().expect("a PDF"), bytes, "the same document gives the same bytes");
    }

    #[test]
    fn workbook_mail_and_web_edition_name_the_theme_s_family_first() {
        let styles = |document: &Document| {
            let bytes = render_xlsx(document, stamp()).expect("a workbook").bytes;
            crate::render::xlsx::unzip(&bytes).remove("xl/styles.xml").expect("its styles")
        };
        let (branded, plain) = (branded(), document());
        assert!(styles(&branded).contains("val=\"DejaVu Sans\"") && !styles(&branded).contains("Calibri"));
        assert!(styles(&plain).contains("Calibri") && !styles(&plain).contains("DejaVu"));
        let mail = |document: &Document| render_email(document, stamp()).expect("a body");
        assert!(mail(&branded).html.contains("font-family:'DejaVu Sans','Segoe UI'"));
        assert!(!mail(&plain).html.contains("DejaVu"));
        assert_ne!(mail(&branded).images[0].bytes, mail(&plain).images[0].bytes, "its charts are drawn with it");
        let web = render_html(&branded, stamp()).expect("a page").bytes;
        let web = String::from_utf8(web).expect("UTF-8");
        assert!(web.contains("font:15px/1.5 'DejaVu Sans',system-ui"));
        assert!(web.contains("font-family=\"'DejaVu Sans','Noto Sans',"));
    }

    #[test]
    fn a_theme_s_font_measures_its_own_document_and_no_other() {
        let width = || measure(Weight::Bold, 10.0, "Wide − 王");
        let plain = width();
        let theme = branded().theme;
        assert!(in_fonts_of(&theme, width) != plain);
        assert_eq!(width(), plain);
        let fallen = std::panic::catch_unwind(|| in_fonts_of(&branded().theme, || panic!("while drawing")));
        assert!(fallen.is_err());
        assert_eq!(width(), plain, "a drawing that fell leaves no font behind");
    }
}
