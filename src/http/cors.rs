//! Which pages of other sites may read the answers (CORS). None, unless a setting names them.

use axum::body::Body as AxumBody;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::http::guard::RESOURCE_POLICY;

/// The sites whose pages may read answers.
#[derive(Debug, Clone, Default)]
pub struct Cors(Vec<String>);

impl Cors {
    /// Origins parted by spaces (`https://dash.example.org`), or `*` for all.
    pub fn of(origins: &str) -> Self {
        Self(origins.split_whitespace().map(|origin| origin.trim_end_matches('/').to_ascii_lowercase()).collect())
    }

    pub(super) fn is_on(&self) -> bool {
        !self.0.is_empty()
    }

    /// The origin of a request, if its page may read the answer.
    pub(super) fn allowed(&self, request: &HeaderMap) -> Option<HeaderValue> {
        if !self.is_on() {
            return None;
        }
        let origin = request.get(header::ORIGIN)?;
        let text = origin.to_str().ok()?.to_ascii_lowercase();
        self.0.iter().any(|allowed| allowed == "*" || *allowed == text).then(|| origin.clone())
    }
}

/// Whether a browser asks what it may ask.
pub(super) fn is_preflight(request: &HeaderMap) -> bool {
    request.contains_key(header::ORIGIN) && request.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to that. It names no origin itself: [`dress`] does, if there is one to name.
pub(super) fn preflight() -> Response {
    let mut response = Response::new(AxumBody::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
    let allowed = HeaderValue::from_static("authorization, accept, if-none-match, if-modified-since, x-request-id");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

/// Lets the page at `origin` read the answer. Tokens are sent by the page, never by the browser, so no credentials.
pub(super) fn dress(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let exposed = HeaderValue::from_static("etag, link, last-modified, warning, x-request-id, retry-after");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let cross_origin = HeaderValue::from_static("cross-origin");
    headers.insert(RESOURCE_POLICY, cross_origin);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_origins_may_read_and_none_by_default() {
        let request = |origin: &str| HeaderMap::from_iter([(header::ORIGIN, origin.parse().expect("a header value"))]);
        let allowed = |cors: &Cors, origin: &str| cors.allowed(&request(origin)).is_some();
        let some = Cors::of("https://dash.example.org/ http://localhost:3000");
        assert!(allowed(&some, "https://dash.example.org") && allowed(&some, "http://localhost:3000"));
        for stranger in
            ["https://example.org", "https://dash.example.org.evil.example", "http://dash.example.org", "null"]
        {
            assert!(!allowed(&some, stranger), "{stranger}");
        }
        assert!(allowed(&Cors::of("*"), "https://anywhere.example"));
        assert!(!allowed(&Cors::default(), "https://dash.example.org"));
    }
}
