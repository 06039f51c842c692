//! What printpdf does not write: version, language, structure, outline, a content-made identity, object streams.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
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
    let blank = Object::String(BLANK_IDENTITY.to_vec(), StringFormat::Hexadecimal);
    file.trailer.set("ID", vec![blank.clone(), blank]);
    pack(&mut file).map_err(|e| failed(e.to_string()))?;
    let options = SaveOptions::builder()
        .use_object_streams(true)
        .use_xref_streams(true)
        .compression_level(Compression::default().level())
        .build();
    let mut bytes = Vec::new();
    file.save_with_options(&mut bytes, options).map_err(|e| failed(e.to_string()))?;
    identify(&mut bytes).ok_or_else(|| failed("the file has no place for its identity".to_owned()))?;
    Ok(bytes)
}

/// Compresses what is not: lopdf's own way takes a third longer for a fiftieth less.
fn pack(file: &mut File) -> std::io::Result<()> {
    for object in file.objects.values_mut() {
        let Object::Stream(stream) = object else { continue };
        if !stream.allows_compression || stream.dict.has(b"Filter") {
            continue;
        }
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&stream.content)?;
        let packed = encoder.finish()?;
        if packed.len() < stream.content.len() {
            stream.dict.set("Filter", "FlateDecode");
            stream.set_content(packed);
        }
    }
    Ok(())
}

/// What stands for the identity until the file is written.
const BLANK_IDENTITY: &[u8; 16] = b"Vesper: identity";

/// An /ID made from the written file: equal files share it, different files do not. `None` where it has no place.
fn identify(bytes: &mut [u8]) -> Option<()> {
    let identity = hex::encode_upper(&Sha256::digest(&*bytes)[..BLANK_IDENTITY.len()]);
    let blank = hex::encode_upper(BLANK_IDENTITY);
    for _ in 0..2 {
        let at = bytes.windows(blank.len()).rposition(|place| place == blank.as_bytes())?;
        bytes[at..at + blank.len()].copy_from_slice(identity.as_bytes());
    }
    Some(())
}
