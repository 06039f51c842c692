//! The wire between the workers and Postgres, which can be cut and can swallow everything for a while.

use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What becomes of what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// It arrives.
    Open,
    /// Every connection is closed, and every new one too.
    Cut,
    /// It waits, as behind a router that lost its way, and arrives when the wire is open again.
    Hole,
}

/// A running proxy; it ends with the test's runtime.
pub struct Proxy {
    /// Where it listens.
    pub port: u16,
    wire: watch::Sender<Wire>,
}

impl Proxy {
    /// Starts on a free port, before the server at `upstream`.
    pub async fn start(upstream: u16) -> Proxy {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let wire = watch::Sender::new(Wire::Open);
        let state = wire.subscribe();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, upstream, state.clone()));
            }
        });
        Proxy { port, wire }
    }

    /// Changes what becomes of what is sent.
    pub fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

async fn relay(client: TcpStream, upstream: u16, wire: watch::Receiver<Wire>) {
    let mut cutting = wire.clone();
    tokio::select! {
        _ = cutting.wait_for(|wire| *wire == Wire::Cut) => {}
        _ = carry(client, upstream, wire) => {}
    }
}

/// Carries both ways until either side is done.
async fn carry(client: TcpStream, upstream: u16, mut wire: watch::Receiver<Wire>) -> std::io::Result<()> {
    let _ = wire.wait_for(|wire| *wire == Wire::Open).await;
    let server = TcpStream::connect((Ipv4Addr::LOCALHOST, upstream)).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::select! {
        ended = pump(from_client, to_server, wire.clone()) => ended,
        ended = pump(from_server, to_client, wire) => ended,
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut wire: watch::Receiver<Wire>) -> std::io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let _ = wire.wait_for(|wire| *wire != Wire::Hole).await;
        to.write_all(&buffer[..length]).await?;
    }
}
