//! Sealed files behind signed links: the one route that touches the database, because a file may be too large to hold.

use std::sync::Arc;

use axum::body::Body as AxumBody;
use axum::extract::{Extension, Path, Query as RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::base::clock;
use crate::delivery::edition::{FileHead, FileLink, FileShelf, escape};
use crate::http::answer::is_open;
use crate::http::body::respond;
use crate::http::encoding::Encoding;
use crate::http::guard::{Caller, Desk};
use crate::http::refusal::Refusal;
use crate::http::token::Scope;
use crate::http::validator::{is_not_modified, tag};

/// Below it a digest and a name.
pub(super) const PATH: &str = "/files/{digest}/{name}";
/// A file of a sealed report, for a token instead of a signature; below the base path.
pub(super) const EDITION_PATH: &str = "editions/{edition}/files/{name}";

/// What a link says beside its path.
#[derive(Deserialize)]
pub(super) struct Signed {
    #[serde(default)]
    expires: i64,
    #[serde(default)]
    signature: String,
}

/// Answers a link: the file, or in plain words why not, for the person who clicked on it.
pub(super) async fn file(
    State(desk): State<Arc<Desk>>,
    Path((digest, name)): Path<(String, String)>,
    signed: Result<RawQuery<Signed>, axum::extract::rejection::QueryRejection>,
    request: HeaderMap,
) -> Response {
    let forged = || words(StatusCode::FORBIDDEN, "This link is not complete, or it was changed.".to_owned());
    let (Some(shelf), Ok(RawQuery(signed))) = (&desk.state.files, signed) else { return forged() };
    let link = FileLink { digest: &digest, name: &name, expires: signed.expires };
    if !shelf.key.has_signed(&link, &signed.signature) {
        return forged();
    }
    if link.expires_at().is_none_or(|at| at <= clock::now()) {
        let when = link.expires_at().map_or(String::new(), |at| format!(" on {}", at.format("%Y-%m-%d %H:%M UTC")));
        return words(StatusCode::GONE, format!("This link ended{when}. Ask its sender for the report."));
    }
    let mut bytes = [0; 32];
    let found = match hex::decode_to_slice(&digest, &mut bytes) {
        Ok(()) => shelf.find(&bytes, &name).await,
        Err(_) => Ok(None),
    };
    match found {
        Ok(Some(head)) => content(shelf, bytes, &name, &head, &request),
        Ok(None) => words(StatusCode::NOT_FOUND, "This file is no longer kept here.".to_owned()),
        Err(error) => {
            tracing::warn!("a sealed file cannot be read: {error}");
            let mut response =
                words(StatusCode::SERVICE_UNAVAILABLE, "The file cannot be read just now. Try again.".to_owned());
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            response
        }
    }
}

/// Answers a token: a file of a report that it may see. What it may not see is not there for it.
pub(super) async fn edition_file(
    State(desk): State<Arc<Desk>>,
    Extension(caller): Extension<Caller>,
    Path((edition_id, name)): Path<(String, String)>,
    request: HeaderMap,
) -> Response {
    let found = open_file(&desk, &caller, &edition_id, &name).await;
    found.map_or_else(
        |refusal| refusal.respond(&request),
        |(shelf, digest, head)| content(shelf, digest, &name, &head, &request),
    )
}

async fn open_file<'d>(
    desk: &'d Desk,
    caller: &Caller,
    edition_id: &str,
    name: &str,
) -> Result<(&'d FileShelf, [u8; 32], FileHead), Refusal> {
    caller.require(&Scope::Editions(None))?;
    let missing = || Refusal::not_found("no such file of a sealed report");
    let shown = desk.state.tenants.get(&caller.tenant).and_then(|published| published.edition()).ok_or_else(missing)?;
    let mut open = shown.reports.iter().filter(|line| is_open(line, caller.reader()));
    let line = open.find(|line| line.edition_id.to_string() == edition_id).ok_or_else(missing)?;
    let file = line.manifest.files.iter().find(|file| file.name == name).ok_or_else(missing)?;
    let mut digest = [0; 32];
    hex::decode_to_slice(&file.sha256, &mut digest).map_err(|_| missing())?;
    let away = || Refusal::unavailable("warehouse_away", "the file cannot be read just now");
    let shelf = desk.state.files.as_ref().ok_or_else(away)?;
    let found = shelf.find(&digest, name).await.map_err(|error| {
        tracing::warn!("a sealed file cannot be read: {error}");
        away()
    })?;
    Ok((shelf, digest, found.ok_or_else(missing)?))
}

fn content(shelf: &FileShelf, digest: [u8; 32], name: &str, head: &FileHead, request: &HeaderMap) -> Response {
    let text = |value: String| HeaderValue::from_str(&value).expect("hex, digits and percent encoding");
    let etag = hex::encode(digest);
    // The content never changes and no date is told, so no date of a client's can be right.
    let mut response = if is_not_modified(request, &etag, DateTime::<Utc>::MAX_UTC) {
        let mut response = Response::new(AxumBody::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let mut response = Response::new(AxumBody::from_stream(shelf.content(digest, head.size)));
        let headers = response.headers_mut();
        let media_type = HeaderValue::from_str(&head.media_type);
        let media_type = media_type.unwrap_or(HeaderValue::from_static("application/octet-stream"));
        headers.insert(header::CONTENT_TYPE, media_type);
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(head.size));
        headers.insert(header::CONTENT_DISPOSITION, text(disposition(name)));
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag(&etag, Encoding::Identity));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// Saved, not shown; the name twice, for programs that know RFC 5987 and for those that do not.
fn disposition(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " ._-".contains(c);
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", escape(name))
}

fn words(status: StatusCode, text: String) -> Response {
    let mut response = respond(status, "text/plain; charset=utf-8", format!("{text}\n").into());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_saved_as_it_is_and_cannot_end_its_header() {
        assert_eq!(
            disposition("Umsatz \"März\".xlsx"),
            "attachment; filename=\"Umsatz _M_rz_.xlsx\"; filename*=UTF-8''Umsatz%20%22M%C3%A4rz%22.xlsx"
        );
        assert!(!disposition("a\r\nX: y").contains('\r'));
    }
}
