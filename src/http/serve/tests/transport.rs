//! HTTP/1.1 and HTTP/2, with TLS and without, and how they end.

use std::io::Write as _;
use std::sync::Arc;

use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::server::{PATIENCE, start};
use super::*;
use crate::http::server::Tls;
use crate::metric::Cell;

/// A certificate of this machine's own, as files, and who trusts it.
pub(super) struct Identity {
    certificate: NamedTempFile,
    key: NamedTempFile,
    trust: RootCertStore,
}

impl Identity {
    pub(super) fn new() -> Identity {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let file = |text: String| {
            let mut file = NamedTempFile::new().expect("a file");
            file.write_all(text.as_bytes()).expect("written");
            file
        };
        let mut trust = RootCertStore::empty();
        trust.add(made.cert.der().clone()).expect("a certificate");
        Identity { certificate: file(made.cert.pem()), key: file(made.signing_key.serialize_pem()), trust }
    }

    pub(super) fn tls(&self) -> Tls {
        Tls::load(self.certificate.path(), self.key.path()).expect("a certificate and its key")
    }

    async fn connect(&self, address: SocketAddr, protocol: &str) -> TlsStream<TcpStream> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut config = config.expect("versions").with_root_certificates(self.trust.clone()).with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let stream = TcpStream::connect(address).await.expect("a connection");
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.expect("a handshake")
    }
}

fn request(uri: &str) -> Request {
    Request::builder().uri(uri).header("host", "localhost").body(AxumBody::empty()).expect("a request")
}

/// Asks twice at the same time over HTTP/2.
async fn twice_over_http_2(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    scheme: &str,
) -> (Value, HeaderMap) {
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("HTTP/2");
    tokio::spawn(connection);
    let ask = |path: &str| {
        let mut sender = sender.clone();
        let request = request(&format!("{scheme}://localhost{path}"));
        async move { sender.send_request(request).await.expect("an answer") }
    };
    let (first, second) = tokio::join!(ask(&ROUTES[3].url()), ask("/healthz"));
    assert_eq!(
        (first.status(), second.status(), first.version()),
        (StatusCode::OK, StatusCode::OK, axum::http::Version::HTTP_2)
    );
    let headers = first.headers().clone();
    let body = axum::body::to_bytes(AxumBody::new(first.into_body()), 1 << 20).await.expect("a body");
    (serde_json::from_slice(&body).expect("JSON"), headers)
}

#[tokio::test]
async fn with_a_certificate_both_versions_are_spoken_over_tls_and_plain_text_is_not() {
    let identity = Identity::new();
    let encrypted = HttpState { is_encrypted: true, ..state(Some(snapshot())) };
    let server = start(encrypted, Some(identity.tls())).await;
    let (body, headers) = twice_over_http_2(identity.connect(server.address, "h2").await, "https").await;
    assert_eq!(body["data"]["total_deals"], 120);
    assert!(headers.contains_key("strict-transport-security"));

    let stream = identity.connect(server.address, "http/1.1").await;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP/1.1");
    tokio::spawn(connection);
    let answer = sender.send_request(request("/healthz")).await.expect("an answer");
    assert_eq!((answer.status(), answer.version()), (StatusCode::OK, axum::http::Version::HTTP_11));

    let plain = server.exchange(b"GET / HTTP/1.1\r\nhost: vesper\r\n\r\n").await;
    assert!(!plain.contains("HTTP/1.1 200"), "{plain}");
    server.end().await;
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_named_with_its_file() {
    let (identity, other) = (Identity::new(), Identity::new());
    let mixed = Tls::load(identity.certificate.path(), other.key.path()).err().expect("another's key");
    let swapped = Tls::load(identity.key.path(), identity.certificate.path()).err().expect("not a certificate");
    let missing = Tls::load(std::path::Path::new("nowhere.pem"), identity.key.path()).err().expect("no file");
    for (error, file) in [
        (mixed, identity.certificate.path().display().to_string()),
        (swapped, identity.key.path().display().to_string()),
        (missing, "nowhere.pem".to_owned()),
    ] {
        assert!(error.to_string().contains(&file), "{error}");
        assert_eq!(error.remedy(), Remedy::FixConfig);
    }
}

#[tokio::test]
async fn http_2_is_spoken_in_plain_to_whoever_begins_with_it() {
    let server = start(state(Some(snapshot())), None).await;
    let stream = TcpStream::connect(server.address).await.expect("a connection");
    let (body, headers) = twice_over_http_2(stream, "http").await;
    assert_eq!(body["data"]["total_deals"], 120);
    assert!(!headers.contains_key("strict-transport-security"));
    server.end().await;
}

/// More than the system holds between a writer and a reader who does not read.
pub(super) const LARGE: usize = 16 << 20;

/// A snapshot with a table of that many bytes.
pub(super) fn large() -> Snapshot {
    let mut snapshot = snapshot();
    let table =
        snapshot.tables.get_mut("close_reasons").and_then(|windows| windows.get_mut(&crate::metric::Window::All));
    let table = table.expect("a table");
    let word = "w".repeat(1 << 20);
    let row = |_| {
        let texts = [Cell::Text("won".to_owned()), Cell::Text(word.clone())];
        texts.into_iter().chain([Cell::Ratio(1, 1), Cell::Ratio(1, 1), Cell::Nothing]).collect()
    };
    table.rows = (0..LARGE >> 20).map(row).collect();
    snapshot
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way_and_takes_nothing_new() {
    let server = start(state(Some(large())), None).await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(64 << 10).expect("a small buffer");
    let mut slow = socket.connect(server.address).await.expect("a connection");
    let mut idle = TcpStream::connect(server.address).await.expect("a connection");
    let head = format!("GET {BASE_PATH}/metrics/close_reasons HTTP/1.1\r\nhost: vesper\r\n\r\n");
    slow.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = vec![0; 1_000];
    slow.read_exact(&mut answer).await.expect("it has begun");

    // The stop comes in the midst of it.
    let (address, serving) = (server.address, server.serving);
    server.stop.send(()).expect("still serving");
    timeout(PATIENCE, idle.read_to_end(&mut Vec::new())).await.expect("closed").expect("in peace");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    timeout(PATIENCE, slow.read_to_end(&mut answer)).await.expect("it ends").expect("whole");
    let head_end = answer.windows(4).position(|part| part == b"\r\n\r\n").expect("a head") + 4;
    let head = String::from_utf8_lossy(&answer[..head_end]).into_owned();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    assert_eq!(length.parse(), Ok(answer.len() - head_end), "{head}");
    assert!(answer.len() > LARGE);
    timeout(PATIENCE, serving).await.expect("it ends").expect("no panic");
}
