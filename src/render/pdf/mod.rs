//! PDF: a draw list becomes a tagged, bookmarked, searchable file with the same bytes every time.
//!
//! In: pages. Out: an artifact of PDF 1.7 with subset fonts, a structure tree, an outline and object streams.
//!
//! Every resource is named by us: printpdf's own counter is global to the process, so two documents
//! drawn at once would share it and a second rendering would differ from the first.
//!
//! Never here: layout.

mod face;
mod finish;
mod outline;
mod page_ops;
mod tree;

pub use face::check_typeface;

use std::collections::BTreeMap;

use printpdf::{
    DictItem, ExternalStream, ExternalXObject, Mm, OffsetDateTime, PdfDocument, PdfPage, PdfParseErrorSeverity,
    PdfSaveOptions, XObject,
};

use crate::render::artifact::{Artifact, Stamp};
use crate::render::error::RenderError;
use crate::render::logo::Picture;
use crate::render::page::{Pages, Shape, lay_out};
use crate::render::typeface::in_fonts_of;
use crate::report::Document;

/// Points in a millimetre.
const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// Renders `document` as PDF. The same document and stamp give the same bytes.
pub fn render_pdf(document: &Document, stamp: Stamp) -> Result<Artifact, RenderError> {
    let bytes = in_fonts_of(&document.theme, || {
        let pages = lay_out(document, stamp)?;
        let pdf = assemble(document, stamp, &pages)?;
        finish::finish(document, &pages, pdf)
    })?;
    Ok(Artifact::seal(document, "pdf", "application/pdf", bytes))
}

/// The file without structure: pages, fonts, dates.
fn assemble(document: &Document, stamp: Stamp, pages: &Pages) -> Result<lopdf::Document, RenderError> {
    let failed = |reason: String| RenderError::Pdf { report: document.report.clone(), reason };
    let mut pdf = PdfDocument::new(&format!("{} · {}", document.title, document.period_label));
    let info = &mut pdf.metadata.info;
    info.author = document.organisation.clone();
    info.creator = "Vesper".to_owned();
    info.producer = "Vesper".to_owned();
    info.subject = document.preheader.clone();
    let generated = OffsetDateTime::from_unix_timestamp(stamp.generated_at.timestamp())
        .map_err(|e| failed(format!("the stamp is out of range: {e}")))?;
    info.creation_date = generated;
    info.modification_date = generated;
    info.metadata_date = generated;
    for (id, font) in face::subset_fonts(pages)? {
        pdf.resources.fonts.map.insert(id, font);
    }
    let shapes = pages.pages.iter().flat_map(|page| &page.marks).flat_map(|(_, shapes)| shapes);
    for shape in shapes {
        if let Shape::Image { picture, .. } = shape {
            pdf.resources.xobjects.map.insert(page_ops::image_id(), image(picture));
        }
    }
    let mm = |points: f64| Mm((points / POINTS_PER_MM) as f32);
    pdf.pages = pages
        .pages
        .iter()
        .map(|page| PdfPage::new(mm(pages.width), mm(pages.height), page_ops::page_ops(pages, page)))
        .collect();
    let mut warnings = Vec::new();
    let assembled = printpdf::to_lopdf_doc(&pdf, &PdfSaveOptions::default(), &mut warnings);
    match warnings.into_iter().find(|w| matches!(w.severity, PdfParseErrorSeverity::Error)) {
        Some(warning) => Err(failed(warning.msg)),
        None => Ok(assembled),
    }
}

/// A picture as printpdf takes it: three bytes a pixel, compressed with the rest of the file.
fn image(picture: &Picture) -> XObject {
    let name = |name: &str| DictItem::Name(name.as_bytes().to_vec());
    let dict = BTreeMap::from([
        ("Type".to_owned(), name("XObject")),
        ("Subtype".to_owned(), name("Image")),
        ("Width".to_owned(), DictItem::Int(i64::from(picture.width))),
        ("Height".to_owned(), DictItem::Int(i64::from(picture.height))),
        ("ColorSpace".to_owned(), name("DeviceRGB")),
        ("BitsPerComponent".to_owned(), DictItem::Int(8)),
    ]);
    let stream = ExternalStream { dict, content: picture.pixels.to_vec(), compress: true };
    XObject::External(ExternalXObject { stream, width: None, height: None, dpi: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::document;

    fn render() -> Artifact {
        let stamp = Stamp { generated_at: "2026-11-23T06:00:00Z".parse().expect("an instant") };
        render_pdf(&document(), stamp).expect("a PDF")
    }

    #[test]
    fn the_same_document_gives_the_same_bytes() {
        let first = render();
        let second = std::thread::spawn(render).join().expect("a PDF");
        assert_eq!(first, second);
        assert_eq!(first.name, "executive-weekly-2026-11-22.pdf");
    }

    #[test]
    fn every_script_can_be_searched_and_the_file_is_tagged() {
        let pdf = lopdf::Document::load_mem(&render().bytes).expect("a PDF");
        assert_eq!(pdf.version, "1.7");
        let numbers: Vec<u32> = pdf.get_pages().keys().copied().collect();
        let text = pdf.extract_text(&numbers).expect("text");
        for words in
            ["Weekly business review", "Łukasz Wiśniewski", "Ελένη", "Анна Соколова", "王小明", "How to read this"]
        {
            assert!(text.contains(words), "{words} is not in\n{text}");
        }
        let catalog = pdf.catalog().expect("a catalog");
        for key in ["StructTreeRoot", "Outlines", "MarkInfo", "Lang"] {
            assert!(catalog.has(key.as_bytes()), "{key}");
        }
    }

    #[test]
    fn each_page_says_its_number_and_the_file_stays_small() {
        let artifact = render();
        let pdf = lopdf::Document::load_mem(&artifact.bytes).expect("a PDF");
        let count = pdf.get_pages().len();
        for page in 1..=count {
            let text = pdf.extract_text(&[page as u32]).expect("text");
            assert!(text.contains(&format!("Page {page} of {count}")), "{text}");
        }
        assert!(artifact.bytes.len() < 150_000, "{}", artifact.bytes.len());
    }
}
