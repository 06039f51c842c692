//! What a client is told when it does not get what it asked for.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

use crate::http::accept::prefers_problem_json;
use crate::http::body::respond;

/// An answer that is not the one asked for: status, a code for programs, a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    code: &'static str,
    message: String,
    parameter: Option<String>,
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
        Self { status, code, message: message.into(), parameter: None }
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

    /// The client takes no JSON.
    pub(super) fn not_acceptable() -> Self {
        Self::new(
            StatusCode::NOT_ACCEPTABLE,
            "not_acceptable",
            "the answer is application/json, which Accept leaves out",
        )
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
        let mut response = respond(self.status, HeaderValue::from_static(media_type), bytes.into());
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("Accept"));
        match self.status {
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            // A night takes seconds to minutes; a minute is soon enough to ask again.
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            }
            _ => {}
        }
        response
    }
}
