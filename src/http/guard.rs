//! What every request passes: the method, its size, who asks, how often, how many at once, how long; and what every
//! answer carries away.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body as AxumBody, HttpBody as _};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt as _;
use tokio::sync::Semaphore;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::base::clock;
use crate::base::meter::meters;
use crate::http::answer::Reader;
use crate::http::cors;
use crate::http::refusal::Refusal;
use crate::http::serve::HttpState;
use crate::http::token::{Grant, Scope};

/// What all requests share.
pub(super) struct Desk {
    pub(super) state: HttpState,
    /// How long an answer may take.
    pub(super) patience: Duration,
    in_flight: Semaphore,
    ids: RequestIds,
}

/// Who asks.
#[derive(Clone)]
pub(super) struct Caller {
    /// Whose numbers are shown.
    pub(super) tenant: Arc<str>,
    grant: Option<Arc<Grant>>,
}

/// Names of requests: unique in a deployment, short enough for a line of a log.
struct RequestIds {
    process: String,
    count: AtomicU64,
}

/// Requests answered at the same time. Answers come from memory, so more than the processors can work on only wait.
pub(super) const IN_FLIGHT_MAX: usize = 1_024;
/// An earlier snapshot that is read from the warehouse takes longest.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Every parameter of every route at its longest fits.
const URI_LENGTH_MAX: usize = 4_096;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Which sites may embed an answer (Fetch, cross-origin resource policy).
pub(super) const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Routes that tell nothing of a tenant: they are open to everybody.
const PUBLIC: [&str; 6] = ["/", "/healthz", "/readyz", "/docs", "/openapi.json", crate::http::file::PATH];

impl Desk {
    pub(super) fn new(state: HttpState) -> Self {
        let process = hex::encode(&Uuid::new_v4().into_bytes()[..4]);
        let ids = RequestIds { process, count: AtomicU64::new(0) };
        Self { state, patience: REQUEST_TIMEOUT, in_flight: Semaphore::new(IN_FLIGHT_MAX), ids }
    }

    /// Who asks, if they may ask at all.
    fn admit(&self, request: &HeaderMap) -> Result<Caller, Refusal> {
        if !self.state.is_closed() {
            return Ok(Caller { tenant: self.state.tenant.clone(), grant: None });
        }
        let authorization = request.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let grant = self.state.tokens.admit(authorization, clock::now()).map_err(Refusal::unauthorized)?;
        grant.rate.take().map_err(Refusal::too_many)?;
        Ok(Caller { tenant: grant.tenant().into(), grant: Some(grant) })
    }
}

impl Caller {
    /// Whether the caller may see what belongs to a scope.
    pub(super) fn require(&self, scope: &Scope) -> Result<(), Refusal> {
        let has = |scopes: &[Scope]| match scope {
            Scope::Editions(_) => scopes.iter().any(|held| matches!(held, Scope::Editions(_))),
            other => scopes.contains(other),
        };
        match &self.grant {
            Some(grant) if !has(&grant.scopes) => Err(Refusal::forbidden(&scope.to_string())),
            _ => Ok(()),
        }
    }

    /// The caller as far as an answer depends on who asks.
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { scopes: self.grant.as_ref().map(|grant| grant.scopes.as_slice()) }
    }

    fn token_id(&self) -> &str {
        self.grant.as_ref().map_or("", |grant| grant.token_id())
    }
}

impl RequestIds {
    /// The client's own name for the request, if it is a plain one, else a new one.
    fn of(&self, request: &HeaderMap) -> HeaderValue {
        let is_plain = |text: &&str| {
            (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        };
        let given = request.get(&REQUEST_ID).filter(|value| value.to_str().ok().filter(is_plain).is_some());
        given.cloned().unwrap_or_else(|| {
            let text = format!("{}-{}", self.process, self.count.fetch_add(1, Ordering::Relaxed));
            HeaderValue::try_from(text).expect("hex and digits")
        })
    }
}

/// Lets through what may be asked, and dresses every answer.
pub(super) async fn guard(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let began_at = Instant::now();
    let id = desk.ids.of(request.headers());
    let origin = desk.state.cors.allowed(request.headers());
    let (method, uri) = (request.method().clone(), request.uri().clone());
    // A path nobody routes is one of endlessly many.
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or("none", MatchedPath::as_str);
    let span = tracing::info_span!("request", request.id = id.to_str().unwrap_or_default());
    let mut response = pass(&desk, route, request, next).instrument(span.clone()).await;
    dress(response.headers_mut(), id);
    if let Some(origin) = origin {
        cors::dress(response.headers_mut(), origin);
    }
    if desk.state.is_encrypted {
        let a_year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, a_year);
    }
    let (status, elapsed) = (response.status().as_u16(), began_at.elapsed());
    meters().count_request(route, status, elapsed);
    let elapsed_us = elapsed.as_micros() as u64;
    let (_entered, path) = (span.enter(), uri.path());
    tracing::debug!(http.method = %method, http.path = %path, http.status = status, elapsed_us, "{method} {path} {status}");
    response
}

async fn pass(desk: &Desk, route: &str, mut request: Request, next: Next) -> Response {
    let is_head = match *request.method() {
        Method::GET => false,
        Method::HEAD => true,
        Method::OPTIONS if cors::is_preflight(request.headers()) && desk.state.cors.is_on() => {
            return cors::preflight();
        }
        _ => return Refusal::method(request.method().as_str()).respond(request.headers()),
    };
    let Err(refusal) = check(desk, route, &mut request) else {
        let Ok(_permit) = desk.in_flight.try_acquire() else {
            return Refusal::overloaded("more requests at once than are answered here").respond(request.headers());
        };
        let answering = tokio::time::timeout(desk.patience, next.run(request));
        let response = match AssertUnwindSafe(answering).catch_unwind().await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => Refusal::overloaded("the answer took too long").respond(&HeaderMap::new()),
            Err(_) => {
                tracing::error!("a request met a bug: the panic above tells where");
                Refusal::internal().respond(&HeaderMap::new())
            }
        };
        return if is_head { response.map(|_| AxumBody::empty()) } else { response };
    };
    let response = refusal.respond(request.headers());
    if is_head { response.map(|_| AxumBody::empty()) } else { response }
}

/// Refuses what is too large or comes from a stranger; else notes who asks.
fn check(desk: &Desk, route: &str, request: &mut Request) -> Result<(), Refusal> {
    let uri = request.uri();
    if uri.path().len() + uri.query().map_or(0, str::len) > URI_LENGTH_MAX {
        return Err(Refusal::long_uri(URI_LENGTH_MAX));
    }
    if uri.path().contains('%') && percent_encoding::percent_decode_str(uri.path()).decode_utf8().is_err() {
        return Err(Refusal::path());
    }
    if !request.body().is_end_stream() {
        return Err(Refusal::body());
    }
    if PUBLIC.contains(&route) {
        return Ok(());
    }
    let caller = desk.admit(request.headers())?;
    if !caller.token_id().is_empty() {
        tracing::trace!(token.id = caller.token_id(), "a token asks");
    }
    request.extensions_mut().insert(caller);
    Ok(())
}

/// Nothing here is run, framed, sniffed, or told where its reader came from.
fn dress(headers: &mut HeaderMap, id: HeaderValue) {
    headers.insert(REQUEST_ID, id);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let same_origin = HeaderValue::from_static("same-origin");
    headers.insert(RESOURCE_POLICY, same_origin);
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
}
