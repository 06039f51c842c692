//! A serialised answer, and how it goes over the wire.

use std::sync::OnceLock;

use axum::body::Body as AxumBody;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::http::encoding::Encoding;
use crate::http::validator::{http_date, is_not_modified, tag};

/// A serialised answer with its validators. What goes over the wire is made once for each encoding, when it is first
/// asked for: an answer from memory costs a copy of its head.
pub(super) struct Body {
    bytes: Bytes,
    etag: String,
    modified_at: Option<DateTime<Utc>>,
    media_type: &'static str,
    /// What is said of it in every encoding, and where the client holds it already.
    head: HeaderMap,
    forms: [OnceLock<Form>; Encoding::ALL.len()],
}

/// A body in one encoding, and everything that its answer says of it.
struct Form {
    head: HeaderMap,
    bytes: Bytes,
}

impl Body {
    /// A body and since when it has been so, if that is told.
    pub(super) fn new(
        media_type: &'static str,
        bytes: Bytes,
        etag: String,
        modified_at: Option<DateTime<Utc>>,
    ) -> Self {
        let mut head = HeaderMap::new();
        head.extend(modified_at.map(|at| (header::LAST_MODIFIED, http_date(at))));
        // Kept, but asked about again each time: a new snapshot is seen at once, and an unchanged one costs no body.
        head.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        head.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding, Authorization"));
        Self { bytes, etag, modified_at, media_type, head, forms: Default::default() }
    }

    /// The same with more fields in its head.
    pub(super) fn with(mut self, fields: impl IntoIterator<Item = (HeaderName, HeaderValue)>) -> Self {
        self.head.extend(fields);
        self
    }

    /// How many bytes it has in no encoding.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The body in the encoding the client likes best, or the word that the client holds it already.
    pub(super) fn deliver(&self, request: &HeaderMap) -> Response {
        let encoding = Encoding::negotiate(request, self.len());
        // Where no date is told, no date of a client's can be right.
        if is_not_modified(request, &self.etag, self.modified_at.unwrap_or(DateTime::<Utc>::MAX_UTC)) {
            let mut response = Response::new(AxumBody::empty());
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.headers_mut() = self.head_in(encoding);
            return response;
        }
        let form = self.forms[encoding as usize].get_or_init(|| self.form(encoding));
        let mut response = Response::new(AxumBody::from(form.bytes.clone()));
        *response.headers_mut() = form.head.clone();
        response
    }

    fn head_in(&self, encoding: Encoding) -> HeaderMap {
        let mut head = self.head.clone();
        head.insert(header::ETAG, tag(&self.etag, encoding));
        head
    }

    fn form(&self, encoding: Encoding) -> Form {
        let bytes = encoding.encode(&self.bytes);
        let mut head = self.head_in(encoding);
        head.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        head.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
        if encoding != Encoding::Identity {
            head.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
        }
        Form { head, bytes }
    }
}

/// An answer that is made anew each time, with its length, so that HEAD tells it too.
pub(super) fn respond(status: StatusCode, media_type: &'static str, bytes: Bytes) -> Response {
    let length = HeaderValue::from(bytes.len());
    let mut response = Response::new(AxumBody::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_LENGTH, length);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_made_once() {
        let body = Body::new("text/plain", "a line of a table\n".repeat(500).into(), "1-a".to_owned(), None);
        let request = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"))]);
        let made = |body: &Body| {
            let head = body.deliver(&request).headers().clone();
            assert_eq!(head[header::CONTENT_ENCODING], "gzip");
            assert_eq!(head[header::ETAG], "\"1-a-gzip\"");
            body.forms[Encoding::Gzip as usize].get().map(|form| form.bytes.as_ptr())
        };
        assert!(made(&body).is_some_and(|first| Some(first) == made(&body)));
        assert!(body.forms[Encoding::Brotli as usize].get().is_none());
    }
}
