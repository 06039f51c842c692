//! The envelope: `data` exactly as the contract has it, what we add under `meta`; and its other forms.

use std::collections::BTreeMap;

use axum::http::{HeaderValue, header};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::http::answer::Answer;
use crate::http::body::Body;
use crate::http::format::Format;
use crate::http::parameter::Query;
use crate::http::published::Edition;
use crate::http::refusal::Refusal;
use crate::http::tabular;

#[derive(Serialize)]
struct Envelope<'a> {
    status: &'static str,
    data: &'a Value,
    meta: Meta<'a>,
}

#[derive(Serialize)]
struct Meta<'a> {
    as_of: NaiveDate,
    computed_at: String,
    snapshot: i64,
    sources: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    definition: Option<&'a String>,
    metrics: &'a [String],
    warnings: Vec<&'a str>,
    currency: &'a str,
    mode: &'a str,
    #[serde(flatten)]
    more: &'a Map<String, Value>,
}

/// Puts an answer into the form asked for. `path` is the path below the base path, as it was asked for.
pub(super) fn make(
    edition: &Edition,
    path: &str,
    query: &Query,
    format: Format,
    answer: &Answer,
) -> Result<Body, Refusal> {
    let published = &edition.snapshot.header;
    let bytes = match format {
        Format::Json => json(edition, answer),
        Format::Csv => tabular::table(&answer.data).csv(),
        Format::Xlsx => {
            let table = tabular::table(&answer.data);
            table.workbook("data", published.published_at).map_err(|error| unwritten(&error))?
        }
        Format::Parquet => tabular::table(&answer.data).parquet().map_err(|error| unwritten(&error))?,
    };
    let value = |text: String| HeaderValue::from_str(&text).expect("printable ASCII");
    let next = answer.next.as_ref().map(|cursor| value(format!("<{}>; rel=\"next\"", query.link(path, cursor))));
    let file = || format!("attachment; filename=\"{}-{}.{}\"", stem(path), published.business_date, format.name());
    // Bodies for eyes are shown, not saved.
    let file = (format != Format::Json).then(|| value(file()));
    let etag = etag(published.snapshot_id, path, query, &bytes);
    let fields = [(header::LINK, next), (header::CONTENT_DISPOSITION, file)];
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
    Ok(Body::new(format.media_type(), bytes.into(), etag, Some(published.published_at)).with(fields))
}

fn json(edition: &Edition, answer: &Answer) -> Vec<u8> {
    let header = &edition.snapshot.header;
    let warnings = header.warnings.iter().chain(&edition.notice).map(String::as_str).collect();
    let meta = Meta {
        as_of: header.business_date,
        computed_at: instant(header.published_at),
        snapshot: header.snapshot_id,
        sources: &header.watermarks,
        definition: answer.metrics.first(),
        metrics: &answer.metrics,
        warnings,
        currency: &header.currency,
        mode: &header.revenue_mode,
        more: &answer.meta,
    };
    let envelope = Envelope { status: "success", data: &answer.data, meta };
    serde_json::to_vec(&envelope).expect("maps have text keys and numbers are finite")
}

/// A bug of ours, told in the log; the client learns that there was one.
fn unwritten(error: &crate::table::TableError) -> Refusal {
    tracing::error!("an answer cannot be written as a file: {error}");
    Refusal::internal()
}

/// `customers/overview` as part of a file's name; what a client wrote into the path is left to letters.
fn stem(path: &str) -> String {
    path.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

/// Strong: it names the snapshot and changes with every byte of the body.
fn etag(snapshot_id: i64, path: &str, query: &Query, bytes: &[u8]) -> String {
    let mut digest = Sha256::new();
    digest.update(format!("{path}?{}\n", query.canonical()));
    digest.update(bytes);
    format!("{snapshot_id}-{}", &hex::encode(digest.finalize())[..16])
}

/// RFC 3339 in UTC, to the second.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
