//! Clients that mean no good, or know no better, over real sockets.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

struct Server {
    address: SocketAddr,
    state: HttpState,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

async fn start() -> Server {
    let state = state(Some(snapshot()));
    let listener = listen("127.0.0.1:0".parse().expect("an address"), &state.tokens).await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, state.clone(), None, async { stopped.await.unwrap_or_default() }));
    Server { address, state, stop, serving }
}

impl Server {
    /// Sends bytes and reads until the server closes; a server that refuses early may reset.
    async fn exchange(&self, bytes: &[u8]) -> String {
        let mut client = TcpStream::connect(self.address).await.expect("a connection");
        let _ = client.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = timeout(Duration::from_secs(60), client.read_to_end(&mut answer)).await.expect("it does not hang");
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn status(&self, head: &str) -> String {
        let answer = self.exchange(format!("{head}host: vesper\r\nconnection: close\r\n\r\n").as_bytes()).await;
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    }

    async fn end(self) {
        self.stop.send(()).expect("still serving");
        timeout(Duration::from_secs(60), self.serving).await.expect("it ends").expect("no panic");
    }
}

#[tokio::test]
async fn hostile_requests_get_a_clear_answer_and_the_server_lives() {
    let server = start().await;
    let route = ROUTES[0].url();
    let long = "a".repeat(5_000);
    let longer = "a".repeat(200_000);
    let many = "x: y\r\n".repeat(1_000);
    for (head, statuses) in [
        (format!("GET {route}?x={long} HTTP/1.1\r\n"), &["414"][..]),
        (format!("GET /{longer} HTTP/1.1\r\n"), &["414", "431", ""]),
        (format!("GET {route} HTTP/1.1\r\n{many}"), &["431", "400", ""]),
        (format!("GET {route} HTTP/1.1\r\nx: {longer}\r\n"), &["431", ""]),
        (format!("GET {route}?period=%zz HTTP/1.1\r\n"), &["400"]),
        (format!("GET {route}?%00=%00 HTTP/1.1\r\n"), &["400"]),
        ("GET /%c0%ae%c0%ae/etc/passwd HTTP/1.1\r\n".to_owned(), &["404"]),
        ("GET /../../etc/passwd HTTP/1.1\r\n".to_owned(), &["404"]),
        (format!("BREW {route} HTTP/1.1\r\n"), &["405"]),
        (format!("TRACE {route} HTTP/1.1\r\n"), &["405"]),
        (format!("GET {route} HTTP/1.1\r\ncontent-length: 5\r\n"), &["413"]),
        (format!("GET {route} HTTP/1.1\r\ntransfer-encoding: chunked\r\n"), &["413"]),
        ("NONSENSE\r\n".to_owned(), &["400"]),
        (format!("GET {route} HTTP/1.1\r\nauthorization: Bearer \u{1}\r\n"), &["400"]),
    ] {
        let status = server.status(&head).await;
        let shown: String = head.chars().take(80).collect();
        assert!(statuses.contains(&status.as_str()), "{shown}: {status}");
    }
    assert_eq!(server.status(&format!("GET {route} HTTP/1.1\r\n")).await, "200");
    server.end().await;
}

#[tokio::test]
async fn http_2_with_prior_knowledge_is_spoken() {
    let server = start().await;
    // The preface and an empty SETTINGS frame; the server answers with its own SETTINGS.
    let mut client = TcpStream::connect(server.address).await.expect("a connection");
    client.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.expect("sent");
    let mut head = [0; 9];
    timeout(Duration::from_secs(60), client.read_exact(&mut head)).await.expect("an answer").expect("nine bytes");
    assert_eq!((head[3], head[4]), (4, 0), "a SETTINGS frame: {head:?}");
    drop(client);
    server.end().await;
}

#[tokio::test]
async fn a_swap_under_load_drops_no_request_and_mixes_no_snapshots() {
    let server = start().await;
    let uri = ROUTES[0].url();
    let asking = (0..4).map(|_| {
        let (address, uri) = (server.address, uri.clone());
        tokio::spawn(async move {
            let mut client = TcpStream::connect(address).await.expect("a connection");
            let mut seen = Vec::new();
            for _ in 0..200 {
                client.write_all(format!("GET {uri} HTTP/1.1\r\nhost: vesper\r\n\r\n").as_bytes()).await.expect("sent");
                let body = read_answer(&mut client).await;
                seen.push(body["meta"]["snapshot"].as_i64().expect("a snapshot"));
            }
            seen
        })
    });
    let asking: Vec<_> = asking.collect();
    for id in 8..40 {
        let mut next = snapshot();
        next.header.snapshot_id = id;
        server.state.tenants.of("main").replace(Arc::new(next));
        tokio::task::yield_now().await;
    }
    for client in asking {
        let seen = client.await.expect("no request fails");
        assert_eq!(seen.len(), 200);
        assert!(seen.is_sorted(), "{seen:?}");
    }
    let last = server.state.tenants.of("main").current().expect("a snapshot");
    assert_eq!(last.header.snapshot_id, 39);
    server.end().await;
}

/// One answer with a length, off a connection that stays open.
async fn read_answer(client: &mut TcpStream) -> Value {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4_096];
        let count = client.read(&mut piece).await.expect("open");
        assert!(count > 0, "the server closed");
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        if body.len() == length.parse::<usize>().expect("a number") {
            return serde_json::from_str(body).expect("JSON");
        }
    }
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way_and_takes_nothing_new() {
    let server = start().await;
    let mut half = TcpStream::connect(server.address).await.expect("a connection");
    let uri = ROUTES[0].url();
    half.write_all(format!("GET {uri} HTTP/1.1\r\nhost: vesper\r\nconnection: close\r\n\r\n").as_bytes())
        .await
        .expect("sent");
    let mut answer = String::new();
    half.read_to_string(&mut answer).await.expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200"));
    let address = server.address;
    server.end().await;
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
