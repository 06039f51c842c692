//! Clients that mean no good, or know no better, over real sockets.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::server::{PATIENCE, start, start_patiently};
use super::transport::{Identity, LARGE, large};
use super::*;
use crate::http::server::Patience;

#[tokio::test]
async fn hostile_requests_get_a_clear_answer_and_the_server_lives() {
    let server = start(state(Some(snapshot())), None).await;
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
        ("GET /%c0%ae%c0%ae/etc/passwd HTTP/1.1\r\n".to_owned(), &["400"]),
        (format!("GET {BASE_PATH}/metrics/%ff HTTP/1.1\r\n"), &["400"]),
        (format!("GET {BASE_PATH}/metrics/%zz HTTP/1.1\r\n"), &["404"]),
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
async fn a_swap_under_load_drops_no_request_and_mixes_no_snapshots() {
    let server = start(state(Some(snapshot())), None).await;
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
async fn a_client_that_dribbles_its_head_or_says_nothing_is_sent_away() {
    let hasty = Patience { head: SOON, silence: SOON * 2, ..Patience::USUAL };
    let server = start_patiently(state(Some(snapshot())), None, hasty).await;
    for begun in ["", "GET / HTTP/1.1\r\nhost: ves", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut client = TcpStream::connect(server.address).await.expect("a connection");
        client.write_all(begun.as_bytes()).await.expect("open");
        let ended = timeout(PATIENCE, client.read_to_end(&mut Vec::new())).await;
        assert!(ended.is_ok(), "{begun:?} is waited for without end");
    }
    server.end().await;
}

#[tokio::test]
async fn a_client_that_asks_and_never_reads_is_cut_off_and_so_is_one_that_shakes_no_hands() {
    let hasty = Patience { silence: SOON, handshake: SOON, drain: SOON, ..Patience::USUAL };
    let server = start_patiently(state(Some(large())), None, hasty).await;
    let mut client = TcpStream::connect(server.address).await.expect("a connection");
    let head = format!("GET {BASE_PATH}/metrics/close_reasons HTTP/1.1\r\nhost: vesper\r\n\r\n");
    client.write_all(head.as_bytes()).await.expect("sent");
    // It does not wait for ever for one that will not read.
    server.end().await;
    let mut answer = Vec::new();
    let ended = client.read_to_end(&mut answer).await;
    assert!(ended.is_err() || answer.len() < LARGE, "{} bytes were held", answer.len());

    let server = start_patiently(state(Some(snapshot())), Some(Identity::new().tls()), hasty).await;
    let mut client = TcpStream::connect(server.address).await.expect("a connection");
    let ended = timeout(PATIENCE, client.read_to_end(&mut Vec::new())).await;
    assert!(ended.is_ok(), "it waits for a handshake without end");
    server.end().await;
}

const SOON: Duration = Duration::from_millis(50);

#[tokio::test]
async fn a_bug_tells_a_client_nothing_but_a_name_and_takes_no_other_request_with_it() {
    let desk = Arc::new(Desk::new(state(None)));
    let bug = any(async || -> Response { panic!("the password is in here") });
    let router = Router::new().route("/bug", bug).layer(from_fn_with_state(desk.clone(), guard));
    for _ in 0..2 {
        let answer = oneshot(&router, "/bug").await;
        assert_eq!((answer.status, answer.refusal().1.as_str()), (500, "internal"));
        assert!(!answer.text.contains("password") && !answer.header("x-request-id").is_empty(), "{}", answer.text);
    }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_not_waited_for_and_gives_its_place_back() {
    let mut desk = Desk::new(state(None));
    desk.patience = SOON;
    let desk = Arc::new(desk);
    let never = any(async || std::future::pending::<Response>().await);
    let router = Router::new().route("/never", never).layer(from_fn_with_state(desk.clone(), guard));
    let asking: Vec<_> = (0..crate::http::guard::IN_FLIGHT_MAX).map(|_| oneshot(&router, "/never")).collect();
    for answer in futures_util::future::join_all(asking).await {
        assert_eq!(
            (answer.status, answer.refusal().1.as_str(), answer.header("retry-after")),
            (503, "overloaded", "1")
        );
        assert!(answer.text.contains("took too long"), "{}", answer.text);
    }
    let later = oneshot(&router, "/never").await;
    assert!(later.text.contains("took too long"), "no place was left: {}", later.text);
}

#[tokio::test]
async fn more_requests_at_once_than_are_answered_are_told_to_come_again() {
    let desk = Arc::new(Desk::new(state(None)));
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let waiting = gate.clone();
    let wait = any(move || {
        let gate = waiting.clone();
        async move { gate.acquire().await.map_or(StatusCode::GONE, |_| StatusCode::OK) }
    });
    let router = Router::new().route("/wait", wait).layer(from_fn_with_state(desk.clone(), guard));
    let asking: Vec<_> = (0..crate::http::guard::IN_FLIGHT_MAX)
        .map(|_| {
            let router = router.clone();
            tokio::spawn(async move { oneshot(&router, "/wait").await.status })
        })
        .collect();
    // One thread runs it all, and each time this task makes way another one comes to the gate.
    for _ in 0..asking.len() {
        tokio::task::yield_now().await;
    }
    let refused = oneshot(&router, "/wait").await;
    assert_eq!((refused.status, refused.refusal().1.as_str(), refused.header("retry-after")), (503, "overloaded", "1"));
    gate.add_permits(asking.len() + 1);
    for answered in asking {
        assert_eq!(answered.await.expect("no panic"), 200);
    }
    assert_eq!(oneshot(&router, "/wait").await.status, 200);
}

async fn oneshot(router: &Router, uri: &str) -> Answer {
    let request = Request::builder().uri(uri).body(AxumBody::empty()).expect("a request");
    taken_apart(router.clone().oneshot(request).await.expect("routers do not fail")).await
}
