//! A process that answers, and questions to it.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Child;
use tokio::time::timeout;

use crate::cli::serve::{address_of, start, stop};
use crate::cli::stage::Stage;

/// What every route of the contract begins with.
pub const BASE: &str = "/api/v1/customer-mgmt/analytics";

/// A running `vesper serve --only http`.
pub struct Asked {
    process: Child,
    address: String,
}

/// An answer, taken apart.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    head: String,
    pub body: Vec<u8>,
}

impl Asked {
    /// Starts a process on a port of its own.
    pub async fn start(stage: &mut Stage) -> Asked {
        stage.environment.insert("VESPER_HTTP_BIND".to_owned(), "127.0.0.1:0".to_owned());
        let (process, mut log) = start(stage, &["serve", "--only", "http"]);
        let address = address_of(&mut log).await;
        // What it says from now on is nobody's, but a full pipe would hold it.
        tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
        Asked { process, address }
    }

    /// Asks for a path below the contract's base path, or for a whole path that begins with `/`.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[]).await
    }

    /// The `data` of a 200.
    pub async fn data(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()["data"].clone()
    }

    pub async fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("{BASE}/{path}") };
        let mut stream = TcpStream::connect(&self.address).await.expect("the server answers");
        let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let request =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n{fields}connection: close\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).await.expect("a request");
        let mut bytes = Vec::new();
        let mut stream = BufReader::new(stream);
        timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("an answer in time").expect("an answer");
        let end = bytes.windows(4).position(|part| part == b"\r\n\r\n").expect("a head") + 4;
        let head = String::from_utf8(bytes[..end].to_vec()).expect("a head is text");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Answer { status, head, body: bytes[end..].to_vec() }
    }

    pub async fn stop(mut self) {
        stop(&mut self.process).await;
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        let fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.into_iter().find(|(held, _)| held.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// Asks again until it is so: what changed elsewhere is heard in a moment.
pub async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let asking = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(timeout(PATIENCE, asking).await.is_ok(), "in vain: {what}");
}

/// Far more than anything takes, so that a hang fails the test and not the run.
const PATIENCE: Duration = Duration::from_secs(90);
