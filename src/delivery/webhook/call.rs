//! One call: resolve once, check every address, connect to a checked one, mark, write, read the answer.
//!
//! The connection is made here and not by a client library, because the marker belongs between the TLS handshake and
//! the first byte of the request, and because nothing must look the name up a second time, follow a redirect or ask
//! the environment for a proxy.

use std::collections::VecDeque;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{self, HeaderMap};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use url::{Host, Position, Url};

use crate::base::chaos;
use crate::delivery::mailer::Reply;
use crate::delivery::trust::Trust;
use crate::delivery::webhook::outbox::{Call, CallOutcome};
use crate::delivery::webhook::signature::signature_header;
use crate::delivery::webhook::{Allowed, Webhook};

/// How names become addresses.
#[derive(Debug, Clone, Default)]
pub enum Resolver {
    /// As the machine does it.
    #[default]
    System,
    /// From memory, for tests.
    Memory(MemoryResolver),
}

/// Answers in order, the last one for ever; whatever name is asked for.
#[derive(Debug, Clone, Default)]
pub struct MemoryResolver(Arc<Mutex<(VecDeque<Vec<IpAddr>>, usize)>>);

impl MemoryResolver {
    /// These answers.
    pub fn of(answers: impl IntoIterator<Item = Vec<IpAddr>>) -> Self {
        Self(Arc::new(Mutex::new((answers.into_iter().collect(), 0))))
    }

    /// How often it was asked.
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    fn answer(&self) -> Vec<IpAddr> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.1 += 1;
        if state.0.len() > 1 { state.0.pop_front() } else { state.0.front().cloned() }.unwrap_or_default()
    }
}

/// The way out to the receivers.
#[derive(Clone)]
pub struct Outside {
    /// Networks allowed beyond the public internet.
    pub allowed: Allowed,
    /// How names become addresses.
    pub resolver: Resolver,
    /// Resolving, connecting and TLS together.
    pub connect_patience: Duration,
    /// The whole call.
    pub call_patience: Duration,
    trust: Trust,
}

impl Default for Outside {
    fn default() -> Self {
        Self {
            allowed: Allowed::default(),
            resolver: Resolver::System,
            connect_patience: Duration::from_secs(10),
            call_patience: Duration::from_secs(30),
            trust: Trust::default(),
        }
    }
}

impl Outside {
    /// Trusts the certificate authorities of a PEM file beside the public ones.
    pub fn trust(&mut self, pem: &[u8]) -> Result<(), String> {
        self.trust.add(pem)
    }

    async fn resolve(&self, url: &Url) -> Result<Vec<SocketAddr>, Reply> {
        let port = url.port_or_known_default().unwrap_or(443);
        let found: Vec<SocketAddr> = match (url.host(), &self.resolver) {
            (Some(Host::Ipv4(v4)), _) => vec![(v4, port).into()],
            (Some(Host::Ipv6(v6)), _) => vec![(v6, port).into()],
            (Some(Host::Domain(_)), Resolver::Memory(memory)) => {
                memory.answer().into_iter().map(|ip| (ip, port).into()).collect()
            }
            (Some(Host::Domain(name)), Resolver::System) => {
                let found = tokio::net::lookup_host((name, port)).await;
                found.map_err(|e| words(format!("the name does not resolve: {e}")))?.collect()
            }
            (None, _) => Vec::new(),
        };
        if found.is_empty() { Err(words("the name resolves to no address".to_owned())) } else { Ok(found) }
    }

    /// Why not every one of `addresses` may be called. One that is refused refuses all: a name that points inside and
    /// outside at once is nobody's honest receiver.
    fn refusal(&self, hook: &Webhook, addresses: &[SocketAddr]) -> Option<Reply> {
        addresses.iter().map(|address| address.ip().to_canonical()).find_map(|ip| {
            if hook.allow_loopback && ip.is_loopback() {
                return None;
            }
            let why = self.allowed.refusal(ip).or((hook.url.scheme() == "http").then_some("not this machine"))?;
            Some(words(format!("the name points to {ip}, which is {why}; webhook.allow allows networks of your own")))
        })
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

/// An open connection that has sent nothing; closed when it is dropped.
struct Line {
    request: SendRequest<Full<Bytes>>,
    _driver: JoinSet<()>,
}

/// Makes one call. `mark` makes the point of no return durable; when it answers `false` nothing is written and there
/// is nothing to record.
pub(super) async fn make_call(
    outside: &Outside,
    hook: &Webhook,
    call: &Call,
    mark: impl AsyncFnOnce() -> bool,
) -> Option<(CallOutcome, Reply)> {
    let deadline = Instant::now() + outside.call_patience;
    let mut line = match timeout(outside.connect_patience, open(outside, hook)).await {
        Ok(Ok(line)) => line,
        Ok(Err(refusal)) => return Some(refusal),
        Err(_) => {
            let text = format!("no connection within {} s", outside.connect_patience.as_secs());
            return Some((CallOutcome::Retry(None), words(text)));
        }
    };
    let request = match request_of(hook, call) {
        Ok(request) => request,
        Err(e) => return Some((CallOutcome::Refused, words(format!("the request cannot be written: {e}")))),
    };
    if !mark().await {
        return None;
    }
    chaos::point("webhook.marked");
    match timeout_at(deadline, line.request.send_request(request)).await {
        Ok(Ok(response)) => Some(judge(response, deadline).await),
        Ok(Err(e)) => Some((CallOutcome::Unknown, words(format!("the answer was lost: {}", chain(&e))))),
        Err(_) => {
            let text = format!("no answer within {} s", outside.call_patience.as_secs());
            Some((CallOutcome::Unknown, words(text)))
        }
    }
}

/// Up to here nothing of the call was handed over.
async fn open(outside: &Outside, hook: &Webhook) -> Result<Line, (CallOutcome, Reply)> {
    let retry = |reply: Reply| (CallOutcome::Retry(None), reply);
    let addresses = outside.resolve(&hook.url).await.map_err(retry)?;
    if let Some(reply) = outside.refusal(hook, &addresses) {
        return Err((CallOutcome::Refused, reply));
    }
    let stream = TcpStream::connect(addresses.as_slice()).await;
    let stream = stream.map_err(|e| retry(words(format!("no connection: {e}"))))?;
    stream.set_nodelay(true).map_err(|e| retry(words(format!("no connection: {e}"))))?;
    if hook.url.scheme() == "http" {
        return shake_hands(stream).await.map_err(retry);
    }
    let name = server_name(&hook.url).ok_or_else(|| {
        (CallOutcome::Refused, words("the host has no name that a certificate could hold".to_owned()))
    })?;
    let stream = outside.trust.secure(name, stream).await;
    shake_hands(stream.map_err(|e| retry(words(format!("no TLS: {e}"))))?).await.map_err(retry)
}

fn server_name(url: &Url) -> Option<ServerName<'static>> {
    match url.host()? {
        Host::Domain(name) => ServerName::try_from(name.to_owned()).ok(),
        Host::Ipv4(v4) => Some(IpAddr::V4(v4).into()),
        Host::Ipv6(v6) => Some(IpAddr::V6(v6).into()),
    }
}

async fn shake_hands(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Line, Reply> {
    let (request, connection) =
        handshake(TokioIo::new(stream)).await.map_err(|e| words(format!("no connection: {}", chain(&e))))?;
    let mut driver = JoinSet::new();
    driver.spawn(async move {
        // What broke is told by the request's own answer.
        let _ = connection.await;
    });
    Ok(Line { request, _driver: driver })
}

fn request_of(hook: &Webhook, call: &Call) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let url = &hook.url;
    let mut request = Request::post(&url[Position::BeforePath..Position::AfterQuery])
        .header(header::HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("vesper/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, "close")
        .header("webhook-id", &call.rfc_message_id)
        .header("webhook-timestamp", call.claimed_at);
    if let Some(signature) = signature_header(&hook.keys, &call.rfc_message_id, call.claimed_at, &call.body) {
        request = request.header("webhook-signature", signature);
    }
    request.body(Full::new(Bytes::from(call.body.clone())))
}

/// The longest pause a receiver may ask for.
const PAUSE_MAX: Duration = Duration::from_secs(6 * 3_600);

async fn judge(response: Response<Incoming>, deadline: Instant) -> (CallOutcome, Reply) {
    let status = response.status();
    let outcome = match status.as_u16() {
        200..300 => CallOutcome::Sent,
        408 | 409 | 425 | 429 | 500.. => CallOutcome::Retry(asked_pause(response.headers())),
        410 => CallOutcome::Gone,
        _ => CallOutcome::Refused,
    };
    let said = match outcome {
        CallOutcome::Sent => String::new(),
        _ if status.is_redirection() => "redirects are not followed; write the new place into the file".to_owned(),
        _ => first_words(response.into_body(), deadline).await,
    };
    (
        outcome,
        Reply {
            code: code_of(status),
            text: tidy(&format!("{} {said}", status.canonical_reason().unwrap_or_default())),
        },
    )
}

/// The ledger knows the codes that the standard gives out.
fn code_of(status: StatusCode) -> Option<u16> {
    Some(status.as_u16()).filter(|code| (200..600).contains(code))
}

/// `Retry-After` in seconds, or as a date by the receiver's own clock.
fn asked_pause(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let asked = text(header::RETRY_AFTER)?;
    let date = |text: &str| DateTime::parse_from_rfc2822(text).ok();
    let seconds = asked.trim().parse().ok().or_else(|| {
        let span = date(asked)? - date(text(header::DATE)?)?;
        u64::try_from(span.num_seconds()).ok()
    })?;
    Some(Duration::from_secs(seconds).min(PAUSE_MAX))
}

/// A receiver's words are read up to here, and kept up to there.
const BODY_LENGTH_MAX: usize = 4_096;
const TEXT_LENGTH_MAX: usize = 500;

/// What the answer says, as far as it comes in time: the status has decided already.
async fn first_words(mut body: Incoming, deadline: Instant) -> String {
    let mut read = Vec::new();
    while read.len() < BODY_LENGTH_MAX {
        match timeout_at(deadline, body.frame()).await {
            Ok(Some(Ok(frame))) => {
                let data = frame.into_data().unwrap_or_default();
                read.extend_from_slice(&data[..data.len().min(BODY_LENGTH_MAX - read.len())]);
            }
            _ => break,
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}

fn words(text: String) -> Reply {
    Reply { code: None, text: tidy(&text) }
}

/// One line without control characters, cut to a readable length.
fn tidy(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TEXT_LENGTH_MAX).collect();
    plain.trim().to_owned()
}

fn chain(error: &hyper::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
