//! `vesper serve` over real HTTP and real signals.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr};
use tokio::time::timeout;
use vesper::http::ROUTES;

use super::footprint::{Footprint, open_work};
use super::stage::{DATE, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn serve_answers_every_route_from_the_published_snapshot_and_stops_on_sigterm() {
    let mut stage = Stage::new().await;
    stage.environment.insert("VESPER_HTTP_BIND".to_owned(), "127.0.0.1:0".to_owned());
    stage.succeed(&["run", "nightly", "--for", DATE]).await;
    let mut connection = stage.warehouse.connect().await;
    let before = Footprint::read(&mut connection).await;

    let (mut server, mut log) = start(&stage, &["serve", "--only", "http"]);
    let address = address_of(&mut log).await;
    for route in &ROUTES {
        let query = route.example.replace("{year_start}", "2026-01-01").replace("{as_of}", DATE);
        let (status, body) = get(&address, &format!("{}{query}", route.url())).await;
        assert_eq!(status, 200, "{}: {body}", route.path);
        let answer: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert!(!answer["data"].is_null(), "{}: {body}", route.path);
        assert!(body.contains(DATE), "{}: {body}", route.path);
    }
    assert_eq!(get(&address, "/healthz").await.0, 200);
    assert_eq!(get(&address, "/").await.0, 200);
    assert_eq!(get(&address, "/api/v1/nothing").await.0, 404);

    stop(&mut server).await;
    assert_eq!(Footprint::read(&mut connection).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_without_a_snapshot_answers_and_says_so_and_a_stop_leaves_no_live_run() {
    let mut stage = Stage::new().await;
    stage.environment.insert("VESPER_HTTP_BIND".to_owned(), "127.0.0.1:0".to_owned());
    let (mut server, mut log) = start(&stage, &["serve"]);
    let address = address_of(&mut log).await;
    assert_eq!(get(&address, "/healthz").await.0, 200);
    assert_eq!(get(&address, "/readyz").await.0, 503);
    let (status, body) = get(&address, &ROUTES[0].url()).await;
    assert_eq!(status, 503, "{body}");
    stop(&mut server).await;
    assert_eq!(open_work(&mut stage.warehouse.connect().await).await, (0, 0));
}

pub fn start(stage: &Stage, arguments: &[&str]) -> (Child, Lines<BufReader<ChildStderr>>) {
    let mut server = stage.command(arguments).spawn().expect("the binary starts");
    let log = BufReader::new(server.stderr.take().expect("it is piped")).lines();
    (server, log)
}

/// Waits for the line that says where it answers.
pub async fn address_of(log: &mut Lines<BufReader<ChildStderr>>) -> String {
    let mut told = Vec::new();
    while let Some(line) = timeout(PATIENCE, log.next_line()).await.expect("it starts").expect("text") {
        if let Some((_, url)) = line.split_once("answering on http://") {
            let address = url.split('/').next().expect("a host").to_owned();
            assert!(address.starts_with("127.0.0.1:") && !address.ends_with(":0"), "{line}");
            return address;
        }
        told.push(line);
    }
    panic!("the server ended: {told:#?}");
}

pub async fn get(address: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.expect("the server answers");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.expect("an answer").expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    (status.expect("a status line"), body.to_owned())
}

pub async fn stop(server: &mut Child) {
    let pid = server.id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("it still runs");
    kill_process(pid, Signal::TERM).expect("our own child");
    let ended = timeout(PATIENCE, server.wait()).await.expect("it stops").expect("a child");
    assert_eq!(ended.code(), Some(0));
}

pub const PATIENCE: Duration = Duration::from_secs(60);
