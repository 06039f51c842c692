//! The router: which path is answered by what.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Path, Query as RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::any;
use chrono::TimeDelta;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::base::meter::{self, meters};
use crate::base::{clock, nearest};
use crate::delivery::edition::FileShelf;
use crate::http::body::{Body, respond};
use crate::http::cors::Cors;
use crate::http::error::HttpError;
use crate::http::format::Format;
use crate::http::guard::{Caller, Desk, guard};
use crate::http::parameter::Query;
use crate::http::published::{Edition, Tenants};
use crate::http::refusal::Refusal;
use crate::http::route::{BASE_PATH, BEYOND, Content, ROUTES, Route};
use crate::http::token::{Scope, TokenBook};
use crate::http::{answer, archive, docs, envelope, file, openapi, probe, welcome};

/// What the routes share.
#[derive(Clone)]
pub struct HttpState {
    /// The snapshots being served.
    pub tenants: Tenants,
    /// Whose numbers are shown where no token is needed.
    pub tenant: Arc<str>,
    /// The tokens there are.
    pub tokens: TokenBook,
    /// Whether strangers can reach the listener, so that every request needs a token even before there is one.
    pub is_reachable: bool,
    /// Whether the listener speaks TLS.
    pub is_encrypted: bool,
    /// Which pages of other sites may read answers.
    pub cors: Cors,
    /// How old a snapshot may be before `/readyz` says that nights are being missed.
    pub stale_after: TimeDelta,
    /// Whose numbers these are, for the page for people.
    pub organisation: String,
    /// Sealed files, and the warehouse for earlier snapshots; without them both are refused.
    pub files: Option<FileShelf>,
}

impl HttpState {
    /// Whether requests need a token.
    pub(super) fn is_closed(&self) -> bool {
        self.is_reachable || self.tokens.is_in_use()
    }
}

/// Refuses an address that strangers could reach while there is no token to tell a friend by.
pub fn check_bind(address: SocketAddr, tokens: &TokenBook) -> Result<(), HttpError> {
    if is_loopback(address) || tokens.is_in_use() { Ok(()) } else { Err(HttpError::Open { address }) }
}

/// Whether only this machine can reach an address.
pub fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// Opens the listener at an address that `check_bind` allows.
pub async fn listen(address: SocketAddr, tokens: &TokenBook) -> Result<TcpListener, HttpError> {
    check_bind(address, tokens)?;
    TcpListener::bind(address).await.map_err(|source| HttpError::Bind { address, source })
}

/// All routes.
pub fn router(state: HttpState) -> Router {
    let desk = Arc::new(Desk::new(state));
    let mut router = Router::new()
        .route("/", any(page))
        .route("/healthz", any(async || json(StatusCode::OK, &probe::health())))
        .route("/readyz", any(readyz))
        .route("/metrics", any(metrics))
        .route("/openapi.json", any(async |request: HeaderMap| openapi::body().deliver(&request)))
        .route("/docs", any(async |request: HeaderMap| deliver_page(&request, docs::page())))
        .route(file::PATH, any(file::file))
        .route(&format!("{BASE_PATH}/{}", file::EDITION_PATH), any(file::edition_file));
    for route in ROUTES.iter().chain(&BEYOND) {
        router = match route.content {
            Content::Metric => router.route(
                &route.url(),
                any(async |state, caller, Path(name): Path<String>, headers, query| {
                    numbers(route, Some(name), state, caller, headers, query).await
                }),
            ),
            _ => router.route(
                &route.url(),
                any(async |state, caller, headers, query| numbers(route, None, state, caller, headers, query).await),
            ),
        };
    }
    router.fallback(no_route).layer(from_fn_with_state(desk.clone(), guard)).with_state(desk)
}

type Pairs = RawQuery<Vec<(String, String)>>;

async fn numbers(
    route: &'static Route,
    name: Option<String>,
    State(desk): State<Arc<Desk>>,
    Extension(caller): Extension<Caller>,
    request: HeaderMap,
    query: Pairs,
) -> Response {
    let answered = answered(route, name.as_deref(), &desk.state, &caller, &request, query.0).await;
    answered.unwrap_or_else(|refusal| refusal.respond(&request))
}

async fn answered(
    route: &'static Route,
    name: Option<&str>,
    state: &HttpState,
    caller: &Caller,
    request: &HeaderMap,
    pairs: Vec<(String, String)>,
) -> Result<Response, Refusal> {
    caller.require(match route.content {
        Content::Editions => &Scope::Editions(None),
        _ => &Scope::Metrics,
    })?;
    let query = Query::read(route.parameters, pairs)?;
    let format = Format::negotiate(request, &query)?;
    let edition = edition_for(state, caller, &query).await?;
    let path = name.map_or(route.path.to_owned(), |name| format!("metrics/{}", crate::delivery::edition::escape(name)));
    let reader = caller.reader();
    // What a reader may see of the reports decides the body too.
    let rights = if route.content == Content::Editions { format!("{:?}", reader.scopes) } else { String::new() };
    let key = format!("{path}?{} {} {rights}", query.canonical(), format.name());
    let body = edition.body(key, || {
        let answer = answer::make(&edition, route, name, &query, reader)?;
        envelope::make(&edition, &path, &query, format, &answer)
    })?;
    let mut response = body.deliver(request);
    if edition.notice.is_some() {
        let stale = HeaderValue::from_static("111 vesper \"Revalidation Failed\"");
        response.headers_mut().insert(header::WARNING, stale);
    }
    Ok(response)
}

/// The snapshot of the day asked for, else the one that counts now.
async fn edition_for(state: &HttpState, caller: &Caller, query: &Query) -> Result<Arc<Edition>, Refusal> {
    let not_ready = || Refusal::unavailable("not_ready", "no snapshot has been published yet");
    let published = state.tenants.get(&caller.tenant).ok_or_else(not_ready)?;
    let current = published.edition().ok_or_else(not_ready)?;
    let Some(date) = query.date("as_of").filter(|date| *date != current.snapshot.header.business_date) else {
        return Ok(current);
    };
    let line = archive::find(&current.days, date)?;
    published.past().edition(state.files.as_ref().map(|shelf| &shelf.pool), &caller.tenant, line).await
}

fn deliver_page(request: &HeaderMap, body: &Body) -> Response {
    let mut response = body.deliver(request);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(welcome::POLICY));
    response
}

async fn readyz(State(desk): State<Arc<Desk>>, request: HeaderMap) -> Response {
    let state = &desk.state;
    match probe::readiness_of(&state.tenants, state.is_closed(), state.stale_after, clock::now()) {
        Ok(data) => json(StatusCode::OK, &data),
        Err(refusal) => refusal.respond(&request),
    }
}

/// The process's meters, as Prometheus reads them: noted beforehand, so that no scrape touches a database.
async fn metrics(Extension(caller): Extension<Caller>, request: HeaderMap) -> Response {
    if let Err(refusal) = caller.require(&Scope::Ops) {
        return refusal.respond(&request);
    }
    let text = meters().exposition();
    let mut response = respond(StatusCode::OK, meter::MEDIA_TYPE, text.into());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn page(State(desk): State<Arc<Desk>>) -> Response {
    let state = &desk.state;
    let html = if state.is_closed() {
        welcome::closed_page(&state.organisation)
    } else {
        let snapshot = state.tenants.get(&state.tenant).and_then(|published| published.current());
        welcome::page(snapshot.as_deref(), &state.organisation)
    };
    let mut response = respond(StatusCode::OK, "text/html; charset=utf-8", html.into());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(welcome::POLICY));
    response
}

async fn no_route(uri: Uri, request: HeaderMap) -> Response {
    let others = ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"].map(str::to_owned);
    let urls: Vec<String> = ROUTES.iter().chain(&BEYOND).map(Route::url).chain(others).collect();
    let path: String = uri.path().chars().take(200).collect();
    let advice = match nearest(&path, urls.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None => "/ lists what there is".to_owned(),
    };
    Refusal::not_found(format!("no such route: {advice}")).respond(&request)
}

fn json(status: StatusCode, value: &Value) -> Response {
    let mut response = respond(status, "application/json", value.to_string().into());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;
