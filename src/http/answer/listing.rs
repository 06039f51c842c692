//! Lists beside the numbers: the catalog, the days there are snapshots of, the sealed reports.

use serde_json::{Value, json};

use crate::delivery::edition::EditionLine;
use crate::http::answer::{Answer, Reader, table};
use crate::http::envelope::instant;
use crate::http::parameter::Query;
use crate::http::published::Edition;
use crate::http::refusal::Refusal;
use crate::http::route::BASE_PATH;
use crate::http::token::Scope;
use crate::metric::catalog;

/// Every metric, as the snapshot's catalog defines it, and then every table it holds.
pub(super) fn definitions(edition: &Edition, query: &Query) -> Result<Answer, Refusal> {
    let snapshot = &edition.snapshot;
    let numbers = snapshot.catalog.iter().map(catalog::entry);
    let tables = snapshot.tables.iter().filter_map(|(name, windows)| table::entry(name, windows));
    Answer::of_rows(numbers.chain(tables).collect(), query, edition)
}

/// The days there are published numbers of, newest first.
pub(super) fn snapshots(edition: &Edition, query: &Query) -> Result<Answer, Refusal> {
    Answer::of_rows(edition.days.iter().map(|line| json!(line)).collect(), query, edition)
}

/// The sealed reports that the reader may see, newest first.
pub(super) fn editions(edition: &Edition, query: &Query, reader: Reader<'_>) -> Result<Answer, Refusal> {
    let shown = edition.reports.iter().filter(|line| is_open(line, reader)).map(row);
    Answer::of_rows(shown.collect(), query, edition)
}

/// Whether a reader may see a sealed report.
pub(in crate::http) fn is_open(line: &EditionLine, reader: Reader<'_>) -> bool {
    reader.scopes.is_none_or(|scopes| {
        scopes.iter().any(|scope| match scope {
            Scope::Editions(None) => true,
            Scope::Editions(Some(scope)) => *scope == line.scope,
            Scope::Metrics | Scope::Ops => false,
        })
    })
}

fn row(line: &EditionLine) -> Value {
    let id = line.edition_id;
    let files = line.manifest.files.iter().map(|file| {
        let name = crate::delivery::edition::escape(&file.name);
        json!({
            "name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256,
            "url": format!("{BASE_PATH}/editions/{id}/files/{name}"),
        })
    });
    json!({
        "edition": id, "report": line.report, "scope": line.scope, "as_of": line.business_date,
        "snapshot": line.snapshot_id, "sealed_at": instant(line.sealed_at),
        "definition_hash": line.manifest.definition_hash, "template_hash": line.manifest.template_hash,
        "renderer": line.manifest.renderer, "sources": line.manifest.watermarks, "files": files.collect::<Value>(),
    })
}
