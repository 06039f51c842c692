//! The envelope: `data` exactly as the contract has it, what we add under `meta`; and its other forms.

use std::collections::BTreeMap;

use axum::body::Body as AxumBody;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::http::answer::Answer;
use crate::http::encoding::Encoded;
use crate::http::format::Format;
use crate::http::parameter::Query;
use crate::http::published::{Body, Edition};
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
    let header = &edition.snapshot.header;
    let bytes = match format {
        Format::Json => json(edition, answer),
        Format::Csv => tabular::table(&answer.data).csv(),
        Format::Xlsx => {
            let table = tabular::table(&answer.data);
            table.workbook("data", header.published_at).map_err(|error| unwritten(&error))?
        }
        Format::Parquet => tabular::table(&answer.data).parquet().map_err(|error| unwritten(&error))?,
    };
    let next = answer.next.as_ref().map(|cursor| query.link(path, cursor));
    let file = || format!("attachment; filename=\"{}-{}.{}\"", stem(path), header.business_date, format.name());
    let header_value = |text: String| HeaderValue::from_str(&text).expect("printable ASCII");
    Ok(Body {
        etag: etag(header.snapshot_id, path, query, &bytes),
        bytes: bytes.into(),
        media_type: HeaderValue::from_static(format.media_type()),
        link: next.map(|url| header_value(format!("<{url}>; rel=\"next\""))),
        file_name: (format != Format::Json).then(|| header_value(file())),
        encoded: std::sync::Arc::new(Encoded::default()),
    })
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

/// An answer with its length, so that HEAD tells it too.
pub(super) fn respond(status: StatusCode, media_type: HeaderValue, bytes: Bytes) -> Response {
    let length = HeaderValue::from(bytes.len());
    let mut response = Response::new(AxumBody::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(header::CONTENT_LENGTH, length);
    response
}
