//! Whose certificates are believed when mail or a webhook leaves over TLS, and the wire that comes of it.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Certificate authorities: the public ones, and those of the deployment.
#[derive(Clone)]
pub(super) struct Trust {
    roots: RootCertStore,
    /// Made of the roots at the first handshake and kept, so that later connections resume the sessions of earlier ones.
    connector: OnceLock<TlsConnector>,
}

impl Default for Trust {
    fn default() -> Self {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Self { roots, connector: OnceLock::new() }
    }
}

impl Trust {
    /// Trusts the certificate authorities of a PEM file beside the public ones.
    pub fn add(&mut self, pem: &[u8]) -> Result<(), String> {
        self.connector = OnceLock::new();
        let mut count = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|e| format!("it is no PEM file of certificates: {e}"))?;
            self.roots.add(certificate).map_err(|e| format!("a certificate cannot be used: {e}"))?;
            count += 1;
        }
        if count == 0 { Err("it holds no certificate".to_owned()) } else { Ok(()) }
    }

    /// Shakes hands with the holder of a certificate for `name`.
    pub async fn secure(&self, name: ServerName<'static>, stream: TcpStream) -> io::Result<Secured> {
        let connector = self.connector.get_or_init(|| {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
            let config = config.expect("ring has the ciphers of TLS 1.2 and 1.3");
            let config = config.with_root_certificates(self.roots.clone()).with_no_client_auth();
            TlsConnector::from(Arc::new(config))
        });
        connector.connect(name, stream).await.map(Secured)
    }
}

/// A TLS connection over TCP, as the mail library takes one that was made elsewhere.
#[derive(Debug)]
pub(super) struct Secured(TlsStream<TcpStream>);

impl AsyncTokioStream for Secured {
    fn peer_addr(&self) -> io::Result<std::net::SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Secured {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
