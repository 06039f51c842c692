//! What a client is told when it does not get what it asked for.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

use crate::http::accept::prefers_problem_json;
use crate::http::body::respond;
use crate::http::token::Denied;

/// An answer that is not the one asked for: status, a code for programs, a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    code: &'static str,
    message: String,
    parameter: Option<String>,
    /// How long to wait before asking again.
    retry_after_s: Option<u64>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    status: &'static str,
    error: Told<'a>,
}

#[derive(Serialize)]
struct Told<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
}

/// RFC 9457. `about:blank` means that the title says no more than the status.
#[derive(Serialize)]
struct ProblemDetails<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
}

impl Refusal {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        // A night takes seconds to minutes; a minute is soon enough to ask again.
        let retry_after_s = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(60);
        Self { status, code, message: message.into(), parameter: None, retry_after_s }
    }

    /// A parameter that cannot be used, and what is expected.
    pub(super) fn parameter(name: &str, message: impl Into<String>) -> Self {
        let refusal = Self::new(StatusCode::BAD_REQUEST, "invalid_parameter", message);
        Self { parameter: Some(name.to_owned()), ..refusal }
    }

    /// A parameter the route does not know.
    pub(super) fn unknown_parameter(name: &str, message: impl Into<String>) -> Self {
        let refusal = Self::new(StatusCode::BAD_REQUEST, "unknown_parameter", message);
        Self { parameter: Some(name.to_owned()), ..refusal }
    }

    /// A required parameter that was left out.
    pub(super) fn missing_parameter(name: &str, message: impl Into<String>) -> Self {
        let refusal = Self::new(StatusCode::BAD_REQUEST, "missing_parameter", message);
        Self { parameter: Some(name.to_owned()), ..refusal }
    }

    /// No such thing.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// No such member of what a parameter names.
    pub(super) fn no_member(parameter: &str, message: impl Into<String>) -> Self {
        Self { parameter: Some(parameter.to_owned()), ..Self::not_found(message) }
    }

    /// A method other than GET and HEAD.
    pub(super) fn method(method: &str) -> Self {
        let message = format!("{method} is not possible here: this interface is read only, use GET or HEAD");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
    }

    /// The client takes none of our forms.
    pub(super) fn not_acceptable() -> Self {
        let message = "the answer is JSON, CSV, XLSX or Parquet, and Accept leaves all of them out";
        Self::new(StatusCode::NOT_ACCEPTABLE, "not_acceptable", message)
    }

    /// Nobody, or nobody we know.
    pub(super) fn unauthorized(denied: Denied) -> Self {
        let (code, message) = match denied {
            Denied::Missing => ("unauthorized", "a token is needed: Authorization: Bearer TOKEN"),
            Denied::Invalid => ("invalid_token", "this token opens nothing here"),
            Denied::Expired => ("expired_token", "this token has expired"),
        };
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    /// A token that opens other things.
    pub(super) fn forbidden(scope: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", format!("this token has not the scope {scope}"))
    }

    /// A token that asks too often.
    pub(super) fn too_many(wait: Duration) -> Self {
        let refusal = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "this token asks too often");
        Self { retry_after_s: Some(wait.as_secs() + 1), ..refusal }
    }

    /// More requests at once than the process takes, or one that took too long.
    pub(super) fn overloaded(message: &str) -> Self {
        Self { retry_after_s: Some(1), ..Self::unavailable("overloaded", message) }
    }

    /// A request with a body.
    pub(super) fn body() -> Self {
        let message = "a request has no body here: this interface is read only";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_not_allowed", message)
    }

    /// A path that is no text.
    pub(super) fn path() -> Self {
        let message = "the path is not UTF-8 behind its percent signs";
        Self::new(StatusCode::BAD_REQUEST, "invalid_path", message)
    }

    /// An address that is too long.
    pub(super) fn long_uri(length_max: usize) -> Self {
        let message = format!("an address has at most {length_max} bytes here");
        Self::new(StatusCode::URI_TOO_LONG, "uri_too_long", message)
    }

    /// A bug of ours. What it was stands in the log.
    pub(super) fn internal() -> Self {
        let message = "this is an error of the server; its log tells more under this answer's X-Request-Id";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }

    /// Nothing to serve yet, or not this.
    pub(super) fn unavailable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message)
    }

    /// The answer, in the envelope of the contract, or as RFC 9457 when the client asks for that.
    pub(super) fn respond(&self, request: &HeaderMap) -> Response {
        let (message, parameter) = (self.message.as_str(), self.parameter.as_deref());
        let (media_type, bytes) = if prefers_problem_json(request) {
            let title = self.status.canonical_reason().unwrap_or("Error");
            let status = self.status.as_u16();
            let details =
                ProblemDetails { r#type: "about:blank", title, status, detail: message, code: self.code, parameter };
            ("application/problem+json", serde_json::to_vec(&details))
        } else {
            let error = Told { code: self.code, message, parameter };
            ("application/json", serde_json::to_vec(&Envelope { status: "error", error }))
        };
        let bytes = bytes.expect("texts and numbers always serialise");
        let mut response = respond(self.status, media_type, bytes.into());
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("Accept"));
        match self.status {
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            StatusCode::UNAUTHORIZED => {
                // RFC 6750: what is wrong with a token is told, that one is missing is not an error.
                let challenge = match self.code {
                    "unauthorized" => "Bearer realm=\"vesper\"",
                    _ => "Bearer realm=\"vesper\", error=\"invalid_token\"",
                };
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
            }
            _ => {}
        }
        if let Some(wait_s) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
        }
        response
    }
}
