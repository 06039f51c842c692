//! A server on a port of this machine, for tests that need real sockets.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;
use crate::http::server::{Patience, Tls, serve_patiently};

/// Far more than anything takes, so that a hang fails the test and not the run.
pub(super) const PATIENCE: Duration = Duration::from_secs(90);

pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) state: HttpState,
    pub(super) stop: oneshot::Sender<()>,
    pub(super) serving: JoinHandle<()>,
}

pub(super) async fn start(state: HttpState, tls: Option<Tls>) -> Server {
    start_patiently(state, tls, Patience::USUAL).await
}

pub(super) async fn start_patiently(state: HttpState, tls: Option<Tls>, patience: Patience) -> Server {
    let listener = listen("127.0.0.1:0".parse().expect("an address"), &state.tokens).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let stopping = async { stopped.await.unwrap_or_default() };
    let serving = tokio::spawn(serve_patiently(listener, state.clone(), tls, patience, stopping));
    Server { address, state, stop, serving }
}

impl Server {
    /// Sends bytes and reads until the server closes; a server that refuses early may reset.
    pub(super) async fn exchange(&self, bytes: &[u8]) -> String {
        let mut client = TcpStream::connect(self.address).await.expect("a connection");
        let _ = client.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, client.read_to_end(&mut answer)).await.expect("it does not hang");
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub(super) async fn status(&self, head: &str) -> String {
        let answer = self.exchange(format!("{head}host: vesper\r\nconnection: close\r\n\r\n").as_bytes()).await;
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    }

    pub(super) async fn end(self) {
        self.stop.send(()).expect("still serving");
        timeout(PATIENCE, self.serving).await.expect("it ends").expect("no panic");
    }
}
