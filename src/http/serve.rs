//! The router, and the loop that serves it.

use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body as AxumBody;
use axum::extract::{MatchedPath, Query as RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::any;
use chrono::TimeDelta;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::base::meter::{self, meters};
use crate::base::{Remedied, Remedy, clock, nearest};
use crate::delivery::edition::FileShelf;
use crate::http::accept::takes_json;
use crate::http::body::{make, respond};
use crate::http::parameter::Query;
use crate::http::published::Published;
use crate::http::refusal::Refusal;
use crate::http::route::{ROUTES, Route};
use crate::http::validator::{http_date, is_not_modified};
use crate::http::{file, probe, welcome};

/// Why the window cannot be opened or had to close.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address is reachable from outside and there is nothing to tell a friend from a stranger.
    #[error("{address} is reachable from outside this machine, and this version knows no access tokens")]
    Open {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The address cannot be had.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The listener failed while serving.
    #[error("the HTTP listener failed")]
    Serve {
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
}

impl Remedied for HttpError {
    fn remedy(&self) -> Remedy {
        match self {
            HttpError::Open { .. } | HttpError::Bind { .. } => Remedy::FixConfig,
            HttpError::Serve { .. } => Remedy::RetryLater,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            HttpError::Open { address } => {
                Some(format!("listen on 127.0.0.1:{} and put a proxy that checks who asks in front", address.port()))
            }
            HttpError::Bind { address, source } => Some(match source.kind() {
                ErrorKind::AddrInUse => {
                    format!("another process holds port {}: stop it, or choose a free port", address.port())
                }
                ErrorKind::PermissionDenied => "ports below 1024 need a privilege: choose a higher one".to_owned(),
                _ => format!("choose an address of this machine, such as 127.0.0.1:{}", address.port()),
            }),
            HttpError::Serve { .. } => None,
        }
    }
}

/// What the routes share.
#[derive(Clone)]
pub struct HttpState {
    /// The snapshot being served.
    pub published: Published,
    /// How old a snapshot may be before `/readyz` says that nights are being missed.
    pub stale_after: TimeDelta,
    /// Whose numbers these are, for the page for people.
    pub organisation: String,
    /// Sealed files behind signed links; without them such links are refused.
    pub files: Option<FileShelf>,
}

/// Refuses an address that strangers could reach: without tokens only this machine may ask.
pub fn check_bind(address: SocketAddr) -> Result<(), HttpError> {
    if address.ip().to_canonical().is_loopback() { Ok(()) } else { Err(HttpError::Open { address }) }
}

/// Opens the listener at an address that `check_bind` allows.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, HttpError> {
    check_bind(address)?;
    TcpListener::bind(address).await.map_err(|source| HttpError::Bind { address, source })
}

/// All routes.
pub fn router(state: HttpState) -> Router {
    let mut router = Router::new()
        .route("/", any(page))
        .route("/healthz", any(async || json(StatusCode::OK, &probe::health())))
        .route("/readyz", any(readyz))
        .route("/metrics", any(metrics))
        .route(file::PATH, any(file::file));
    for route in &ROUTES {
        let answer = move |state, headers, query| answer(route, state, headers, query);
        router = router.route(&route.url(), any(answer));
    }
    router.fallback(no_route).layer(from_fn(read_only)).with_state(Arc::new(state))
}

/// How long requests under way may take after the signal to stop; they are served from memory, so only a client that
/// reads slowly is still there then.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Serves until `shutdown` completes and the requests under way are answered.
pub async fn serve(
    listener: TcpListener,
    state: HttpState,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), HttpError> {
    let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
    let signal = async move {
        shutdown.await;
        // The receiver is gone only when serving has ended already.
        let _ = stopping.send(());
    };
    let overtime = async {
        match stopped.await {
            Ok(()) => tokio::time::sleep(DRAIN_TIMEOUT).await,
            Err(_) => std::future::pending().await,
        }
    };
    let serving = axum::serve(listener, router(state)).with_graceful_shutdown(signal);
    tokio::select! {
        ended = serving.into_future() => ended.map_err(|source| HttpError::Serve { source }),
        () = overtime => Ok(()),
    }
}

/// Lets GET and HEAD through, takes the body off what HEAD gets, and logs the request.
async fn read_only(request: Request, next: Next) -> Response {
    let (method, path, began_at) = (request.method().clone(), request.uri().path().to_owned(), Instant::now());
    // A path nobody routes is one of endlessly many.
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = match method {
        Method::GET => next.run(request).await,
        Method::HEAD => next.run(request).await.map(|_| AxumBody::empty()),
        _ => Refusal::method(method.as_str()).respond(request.headers()),
    };
    let (status, elapsed_us) = (response.status().as_u16(), began_at.elapsed().as_micros() as u64);
    meters().count_request(&route, status, began_at.elapsed());
    tracing::debug!(http.method = %method, http.path = %path, http.status = status, elapsed_us, "{method} {path} {status}");
    response
}

type Pairs = RawQuery<Vec<(String, String)>>;

async fn answer(
    route: &'static Route,
    State(state): State<Arc<HttpState>>,
    request: HeaderMap,
    query: Pairs,
) -> Response {
    document(route, &state, &request, query).unwrap_or_else(|refusal| refusal.respond(&request))
}

fn document(route: &'static Route, state: &HttpState, request: &HeaderMap, query: Pairs) -> Result<Response, Refusal> {
    let query = Query::read(route.parameters, query.0)?;
    if !takes_json(request) {
        return Err(Refusal::not_acceptable());
    }
    let not_ready = || Refusal::unavailable("not_ready", "no snapshot has been published yet");
    let edition = state.published.edition().ok_or_else(not_ready)?;
    let key = format!("{}?{}", route.path, query.canonical());
    let body = edition.body(&key, || make(&edition.snapshot, route, &query))?;
    let published_at = edition.snapshot.header.published_at;
    let mut response = if is_not_modified(request, &body.etag, published_at) {
        let mut response = Response::new(AxumBody::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        respond(StatusCode::OK, HeaderValue::from_static("application/json"), body.bytes)
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, body.etag);
    headers.insert(header::LAST_MODIFIED, http_date(published_at));
    // Kept, but asked about again each time: a new snapshot is seen at once, and an unchanged one costs no body.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

async fn readyz(State(state): State<Arc<HttpState>>, request: HeaderMap) -> Response {
    let snapshot = state.published.current();
    match probe::readiness(snapshot.as_deref(), state.stale_after, clock::now()) {
        Ok(data) => json(StatusCode::OK, &data),
        Err(refusal) => refusal.respond(&request),
    }
}

/// The process's meters, as Prometheus reads them: noted beforehand, so that no scrape touches a database.
async fn metrics() -> Response {
    let text = meters().exposition();
    let mut response = respond(StatusCode::OK, HeaderValue::from_static(meter::MEDIA_TYPE), text.into());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn page(State(state): State<Arc<HttpState>>) -> Response {
    let html = welcome::page(state.published.current().as_deref(), &state.organisation);
    let mut response = respond(StatusCode::OK, HeaderValue::from_static("text/html; charset=utf-8"), html.into());
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(welcome::POLICY));
    response
}

async fn no_route(uri: Uri, request: HeaderMap) -> Response {
    let urls: Vec<String> =
        ROUTES.iter().map(Route::url).chain(["/healthz", "/readyz", "/metrics"].map(str::to_owned)).collect();
    let advice = match nearest(uri.path(), urls.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None => "/ lists what there is".to_owned(),
    };
    Refusal::not_found(format!("no such route: {advice}")).respond(&request)
}

fn json(status: StatusCode, value: &Value) -> Response {
    let mut response = respond(status, HeaderValue::from_static("application/json"), value.to_string().into());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;
