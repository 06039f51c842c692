//! What printpdf does not write: version, language, structure, outline, a content-made identity, object streams.

use lopdf::{Document as File, Object, SaveOptions, StringFormat, dictionary};
use sha2::{Digest, Sha256};

use crate::render::error::RenderError;
use crate::render::page::Pages;
use crate::render::pdf::outline::add_outline;
use crate::render::pdf::tree::add_tree;
use crate::report::Document;

/// Adds everything and writes the file.
pub(super) fn finish(document: &Document, pages: &Pages, mut file: File) -> Result<Vec<u8>, RenderError> {
    let failed = |reason: String| RenderError::Pdf { report: document.report.clone(), reason };
    let lib = |e: lopdf::Error| failed(e.to_string());
    file.version = "1.7".to_owned();
    let page_ids: Vec<lopdf::ObjectId> = file.get_pages().values().copied().collect();
    let tree = add_tree(&mut file, pages, &page_ids).map_err(lib)?;
    let outline = add_outline(&mut file, pages, &page_ids);
    let catalog = file.catalog_mut().map_err(lib)?;
    catalog.set("Lang", Object::string_literal(document.locale.tag()));
    catalog.set("MarkInfo", dictionary! { "Marked" => true });
    catalog.set("StructTreeRoot", tree);
    catalog.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
    if let Some(outline) = outline {
        catalog.set("Outlines", outline);
        catalog.set("PageMode", "UseOutlines");
    }
    // printpdf claims PDF/X and invents an identifier; the file is neither PDF/X nor new each time.
    let info = file.trailer.get(b"Info").and_then(Object::as_reference).map_err(lib)?;
    let info = file.get_dictionary_mut(info).map_err(lib)?;
    info.remove(b"GTS_PDFXVersion");
    info.remove(b"Identifier");
    set_identity(&mut file);
    file.compress();
    let options = SaveOptions::builder().use_object_streams(true).use_xref_streams(true).compression_level(9).build();
    let mut bytes = Vec::new();
    file.save_with_options(&mut bytes, options).map_err(|e| failed(e.to_string()))?;
    Ok(bytes)
}

/// An /ID made from the content: equal files share it, different files do not.
fn set_identity(file: &mut File) {
    let mut hash = Sha256::new();
    for (id, object) in &file.objects {
        hash.update(id.0.to_be_bytes());
        match object {
            Object::Stream(stream) => hash.update(&stream.content),
            other => hash.update(format!("{other:?}")),
        }
    }
    let digest = hash.finalize()[..16].to_vec();
    let id = Object::String(digest, StringFormat::Hexadecimal);
    file.trailer.set("ID", vec![id.clone(), id]);
}
