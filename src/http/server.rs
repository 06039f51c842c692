//! The loop that accepts connections: HTTP/1.1 and HTTP/2 on one port, with TLS or without, each with its limits.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::http::error::HttpError;
use crate::http::patience::Patient;
use crate::http::serve::{HttpState, router};

/// Connections at the same time; more wait to be accepted.
const CONNECTION_COUNT_MAX: usize = 2_048;
/// How long clients may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// For the head of a request, and of silence between two.
    pub(super) head: Duration,
    /// To agree on a cipher.
    pub(super) handshake: Duration,
    /// Without reading or writing a byte.
    pub(super) silence: Duration,
    /// For requests under way after the signal to stop; they are served from memory, so only a client that reads slowly
    /// is still there then.
    pub(super) drain: Duration,
}

impl Patience {
    /// Silence is allowed for longer than a head may take, so that HTTP's own limits come first.
    pub(super) const USUAL: Patience = Patience {
        head: Duration::from_secs(30),
        handshake: Duration::from_secs(10),
        silence: Duration::from_secs(45),
        drain: Duration::from_secs(5),
    };
}

/// Bytes of a request's head, and fields in it.
const HEAD_SIZE_MAX: usize = 32 << 10;
const FIELD_COUNT_MAX: usize = 64;
/// Requests at the same time on one connection of HTTP/2.
const STREAM_COUNT_MAX: u32 = 128;
/// Between two tries to accept while the system has no descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A certificate and its key.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl Tls {
    /// Reads both files. A changed certificate needs a restart.
    pub fn load(certificate: &Path, key: &Path) -> Result<Tls, HttpError> {
        let failed = |file: &Path| {
            let file = file.display().to_string();
            move |reason: String| HttpError::Certificate { file, reason }
        };
        let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.map_err(|e| failed(certificate)(e.to_string()))?;
        if chain.is_empty() {
            return Err(failed(certificate)("it holds no certificate".to_owned()));
        }
        let private_key = PrivateKeyDer::from_pem_file(key).map_err(|e| failed(key)(e.to_string()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has the cipher suites of TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(chain, private_key);
        let mut config = config.map_err(|e| failed(certificate)(e.to_string()))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Tls(TlsAcceptor::from(Arc::new(config))))
    }
}

/// Serves until `shutdown` completes and the requests under way are answered, or took too long to be.
pub async fn serve(
    listener: TcpListener,
    state: HttpState,
    tls: Option<Tls>,
    shutdown: impl Future<Output = ()> + Send,
) {
    serve_patiently(listener, state, tls, Patience::USUAL, shutdown).await;
}

pub(super) async fn serve_patiently(
    listener: TcpListener,
    state: HttpState,
    tls: Option<Tls>,
    patience: Patience,
    shutdown: impl Future<Output = ()> + Send,
) {
    let router = TowerToHyperService::new(router(state));
    let host = Arc::new(Host { builder: builder(patience), router, tls, patience });
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTION_COUNT_MAX));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepting = async {
            let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
            (place, listener.accept().await)
        };
        tokio::select! {
            (place, accepted) = accepting => match accepted {
                Ok((stream, _)) => {
                    let (host, watcher) = (host.clone(), graceful.watcher());
                    tokio::spawn(async move {
                        host.answer(stream, watcher).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!("a connection cannot be accepted: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    if tokio::time::timeout(patience.drain, graceful.shutdown()).await.is_err() {
        tracing::warn!("clients that were still reading after {} s are cut off", patience.drain.as_secs());
    }
}

/// What every connection is answered with.
struct Host {
    builder: Builder<TokioExecutor>,
    router: TowerToHyperService<axum::Router>,
    tls: Option<Tls>,
    patience: Patience,
}

impl Host {
    async fn answer(&self, stream: TcpStream, watcher: Watcher) {
        // Answers are small and written whole: waiting for more bytes only makes them late.
        let _ = stream.set_nodelay(true);
        let Some(Tls(acceptor)) = &self.tls else { return self.converse(stream, watcher).await };
        match tokio::time::timeout(self.patience.handshake, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => self.converse(stream, watcher).await,
            Ok(Err(error)) => tracing::debug!("a TLS handshake failed: {error}"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn converse<S>(&self, stream: S, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stream = TokioIo::new(Patient::new(stream, self.patience.silence));
        let connection = self.builder.serve_connection(stream, self.router.clone());
        // What a client did wrong, or that it went away, is no event of ours.
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!("a connection broke off: {error}");
        }
    }
}

fn builder(patience: Patience) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_buf_size(HEAD_SIZE_MAX)
        .max_headers(FIELD_COUNT_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAM_COUNT_MAX)
        .max_header_list_size(HEAD_SIZE_MAX as u32)
        .keep_alive_interval(patience.head)
        .keep_alive_timeout(patience.head);
    builder
}
