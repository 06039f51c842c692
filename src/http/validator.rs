//! Conditional requests (RFC 9110, 13): whether the client already holds the answer.

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::{DateTime, SubsecRound, Utc};

use crate::http::encoding::Encoding;

/// Whether the client's copy is the current one, in whatever encoding it was sent. `If-Modified-Since` counts only
/// without `If-None-Match`.
pub(super) fn is_not_modified(request: &HeaderMap, etag: &str, modified_at: DateTime<Utc>) -> bool {
    if request.contains_key(header::IF_NONE_MATCH) {
        let held = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        // The tags we give out hold no comma; a proxy that compressed the body may have made one weak.
        return held
            .flat_map(|list| list.split(','))
            .map(|tag| tag.trim().trim_start_matches("W/"))
            .any(|tag| tag == "*" || is_of(tag, etag));
    }
    let since = request.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let since = since.and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    since.is_some_and(|since| modified_at.trunc_subsecs(0) <= since)
}

/// Whether a quoted tag is that of the body in one of its encodings.
fn is_of(tag: &str, etag: &str) -> bool {
    let inside = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    let rest = inside.and_then(|tag| tag.strip_prefix(etag));
    rest.is_some_and(|rest| rest.is_empty() || Encoding::ALL.iter().any(|e| rest.strip_prefix('-') == Some(e.name())))
}

/// The tag of a body in one encoding: strong, since each encoding has bytes of its own.
pub(super) fn tag(etag: &str, encoding: Encoding) -> HeaderValue {
    let text = match encoding {
        Encoding::Identity => format!("\"{etag}\""),
        other => format!("\"{etag}-{}\"", other.name()),
    };
    HeaderValue::from_str(&text).expect("digits, letters and hyphens")
}

/// The form of `Last-Modified`.
pub(super) fn http_date(at: DateTime<Utc>) -> HeaderValue {
    let text = at.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    HeaderValue::from_str(&text).expect("letters and digits")
}
