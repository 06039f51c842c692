//! The envelope: `data` exactly as the contract has it, what we add under `meta`.

use std::collections::BTreeMap;

use axum::body::Body as AxumBody;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::http::parameter::Query;
use crate::http::published::Body;
use crate::http::refusal::Refusal;
use crate::http::route::{Content, Route};
use crate::http::time_series::{Bucket, cut};
use crate::metric::{Snapshot, SnapshotHeader, catalog};

/// How the deployment counts revenue. The catalog's `revenue@1` is the value of deals won, as the contract has it.
const REVENUE_MODE: &str = "deals";

#[derive(Serialize)]
struct Envelope<'a> {
    status: &'static str,
    data: Data<'a>,
    meta: Meta<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Document(&'a Value),
    Members(Vec<&'a Value>),
    Series(Vec<Bucket<'a>>),
}

#[derive(Serialize)]
struct Meta<'a> {
    as_of: NaiveDate,
    computed_at: String,
    snapshot: i64,
    sources: &'a BTreeMap<String, String>,
    definition: String,
    metrics: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    incomplete: Vec<String>,
    warnings: &'a [String],
    currency: &'a str,
    mode: &'static str,
    /// `inferred` where the document's rates rest on history that the source did not keep, `observed` where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<&'a Value>,
}

/// Makes the answer of `route` to `query` from a snapshot.
pub(super) fn make(snapshot: &Snapshot, route: &Route, query: &Query) -> Result<Body, Refusal> {
    let key = document_key(route, query);
    let mut incomplete = Vec::new();
    let data = match route.content {
        Content::Document | Content::Lifecycle => Data::Document(document(snapshot, &key)?),
        Content::Reps => Data::Members(reps(document(snapshot, &key)?, query)?),
        Content::TimeSeries => {
            let series = cut(snapshot, query)?;
            incomplete = series.incomplete;
            Data::Series(series.buckets)
        }
    };
    let meta = Meta { incomplete, ..meta(snapshot, route, &key) };
    let envelope = Envelope { status: "success", data, meta };
    let bytes = serde_json::to_vec(&envelope).expect("maps have text keys and numbers are finite");
    Ok(Body { etag: etag(&snapshot.header, route, query, &bytes), bytes: bytes.into() })
}

fn meta<'a>(snapshot: &'a Snapshot, route: &Route, key: &str) -> Meta<'a> {
    let header = &snapshot.header;
    let metrics: Vec<String> =
        route.metrics.iter().filter_map(|name| catalog::find(name)).map(|m| m.versioned()).collect();
    Meta {
        as_of: header.business_date,
        computed_at: instant(header.published_at),
        snapshot: header.snapshot_id,
        sources: &header.watermarks,
        definition: metrics.first().cloned().unwrap_or_default(),
        metrics,
        incomplete: Vec::new(),
        warnings: &header.warnings,
        currency: &header.currency,
        mode: REVENUE_MODE,
        basis: snapshot.documents.get(key).and_then(|document| document.get("basis")),
    }
}

/// The key of a route's document: the path, and for the lifecycle the period too.
fn document_key(route: &Route, query: &Query) -> String {
    match route.content {
        Content::Document | Content::Reps | Content::TimeSeries => route.path.to_owned(),
        Content::Lifecycle => format!("{}?period={}", route.path, query.get("period").unwrap_or("month")),
    }
}

fn document<'a>(snapshot: &'a Snapshot, key: &str) -> Result<&'a Value, Refusal> {
    let missing = || {
        let message =
            format!("snapshot {} holds nothing for {key}; the next night publishes it", snapshot.header.snapshot_id);
        Refusal::unavailable("not_published", message)
    };
    snapshot.documents.get(key).ok_or_else(missing)
}

/// The reps in rank order: one of them, or the first `top_n`.
fn reps<'a>(document: &'a Value, query: &Query) -> Result<Vec<&'a Value>, Refusal> {
    let all = document.as_array().map(Vec::as_slice).unwrap_or_default();
    let top_n = query.get("top_n").and_then(|n| n.parse().ok()).unwrap_or(10);
    let Some(id) = query.get("sales_rep_id") else { return Ok(all.iter().take(top_n).collect()) };
    match all.iter().find(|rep| rep.get("sales_rep_id").and_then(Value::as_str) == Some(id)) {
        Some(rep) => Ok(vec![rep]),
        None => Err(Refusal::no_member("sales_rep_id", format!("no sales rep has the id {id:?} in this snapshot"))),
    }
}

/// Strong: it names the snapshot and changes with every byte of the body.
fn etag(header: &SnapshotHeader, route: &Route, query: &Query, bytes: &[u8]) -> HeaderValue {
    let mut digest = Sha256::new();
    digest.update(format!("{}?{}\n", route.path, query.canonical()));
    digest.update(bytes);
    let text = format!("\"{}-{}\"", header.snapshot_id, &hex::encode(digest.finalize())[..16]);
    HeaderValue::from_str(&text).expect("digits and hex")
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
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
