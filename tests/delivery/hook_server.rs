//! An HTTP server on loopback that takes calls and answers as it is told, over TLS too.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard};

use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// What the server does with one call.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// This status, these further header lines, this body.
    Say(&'static str, &'static str, &'static str),
    /// Reads the whole call and closes without a word.
    HangUp,
    /// Reads the head, shuts its own side and leaves the body lying.
    HalfClose,
    /// Reads the whole call and never answers.
    Silence,
}

/// A call as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub request_line: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

#[derive(Default)]
struct State {
    script: VecDeque<Answer>,
    received: Vec<Received>,
    connection_count: usize,
}

/// A running server; it ends with the test's runtime.
pub struct HookServer {
    pub port: u16,
    state: Arc<Mutex<State>>,
    count: watch::Receiver<usize>,
}

impl HookServer {
    /// Plain HTTP on this address; answers of the script in order, then 204.
    pub async fn start_at(ip: Ipv4Addr, script: &[Answer]) -> Self {
        Self::serve(ip, script, None).await
    }

    /// Plain HTTP on 127.0.0.1.
    pub async fn start(script: &[Answer]) -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST, script).await
    }

    /// TLS on 127.0.0.1 with a certificate for `name`, and the PEM of the authority that signed it.
    pub async fn start_tls(name: &str) -> (Self, String) {
        let mut ca = rcgen::CertificateParams::default();
        ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let ca_key = rcgen::KeyPair::generate().expect("a key");
        let ca_certificate = ca.self_signed(&ca_key).expect("a certificate");
        let issuer = rcgen::Issuer::new(ca, ca_key);
        let key = rcgen::KeyPair::generate().expect("a key");
        let own = rcgen::CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let own = own.signed_by(&key, &issuer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the defaults")
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], key)
            .expect("a key that fits");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        (Self::serve(Ipv4Addr::LOCALHOST, &[], Some(acceptor)).await, ca_certificate.pem())
    }

    async fn serve(ip: Ipv4Addr, script: &[Answer], tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind((IpAddr::V4(ip), 0)).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let state = Arc::new(Mutex::new(State { script: script.iter().copied().collect(), ..State::default() }));
        let (counter, count) = watch::channel(0);
        let (shared, counter) = (state.clone(), Arc::new(counter));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                locked(&shared).connection_count += 1;
                let (state, counter, tls) = (shared.clone(), counter.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                converse(stream, &state, &counter).await;
                            }
                        }
                        None => {
                            converse(stream, &state, &counter).await;
                        }
                    }
                });
            }
        });
        Self { port, state, count }
    }

    /// Every call whose body arrived, in order.
    pub fn received(&self) -> Vec<Received> {
        locked(&self.state).received.clone()
    }

    /// How often somebody connected.
    pub fn connection_count(&self) -> usize {
        locked(&self.state).connection_count
    }

    /// Waits until this many calls arrived.
    pub async fn wait_for(&self, count: usize) {
        self.count.clone().wait_for(|arrived| *arrived >= count).await.expect("the server runs");
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no test panics while it holds the lock")
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    state: &Mutex<State>,
    counter: &watch::Sender<usize>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let request_line = read_line(&mut stream).await?;
    let mut headers = BTreeMap::new();
    loop {
        let line = read_line(&mut stream).await?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let answer = locked(state).script.pop_front().unwrap_or(Answer::Say("204 No Content", "", ""));
    if let Answer::HalfClose = answer {
        return stream.get_mut().shutdown().await.ok();
    }
    let length = headers.get("content-length").and_then(|l| l.parse().ok()).expect("a call says its length");
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let body = String::from_utf8(body).expect("JSON is UTF-8");
    locked(state).received.push(Received { request_line, headers, body });
    counter.send_modify(|count| *count += 1);
    match answer {
        Answer::Say(status, headers, body) => {
            let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
            let text = format!("HTTP/1.1 {status}\r\n{headers}{length}connection: close\r\n\r\n{body}");
            stream.get_mut().write_all(text.as_bytes()).await.ok()?;
            stream.get_mut().shutdown().await.ok()
        }
        Answer::HangUp | Answer::HalfClose => None,
        Answer::Silence => std::future::pending().await,
    }
}

/// A line without its end; the empty one after the head is one too.
async fn read_line(stream: &mut BufReader<impl AsyncRead + AsyncWrite + Unpin>) -> Option<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await {
        Ok(length) if length > 0 => Some(line.trim_end().to_owned()),
        _ => None,
    }
}
