//! What systemd hears of a serving process.

use std::time::Duration;

use tokio::net::UnixDatagram;
use tokio::time::timeout;

use super::serve::{address_of, start, stop};
use super::stage::Stage;

/// The next datagram that holds a line.
async fn hear(socket: &UnixDatagram, line: &str) -> String {
    let mut buffer = vec![0; 4096];
    loop {
        let heard = timeout(Duration::from_secs(60), socket.recv(&mut buffer)).await;
        let length = heard.unwrap_or_else(|_| panic!("{line} never came")).expect("a datagram");
        let words = String::from_utf8(buffer[..length].to_vec()).expect("text");
        if words.lines().any(|found| found == line) {
            return words;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_hears_ready_after_the_first_tick_then_the_pulse_and_then_the_end() {
    let mut stage = Stage::new().await;
    let path = stage.directory().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    for (name, value) in [
        ("VESPER_HTTP_BIND", "127.0.0.1:0"),
        ("NOTIFY_SOCKET", &path.display().to_string()),
        ("WATCHDOG_USEC", "3000000"),
    ] {
        stage.environment.insert(name.to_owned(), value.to_owned());
    }
    let (mut server, mut log) = start(&stage, &["serve"]);
    let ready = hear(&socket, "READY=1").await;
    assert!(ready.contains("STATUS=working the schedules, answering on http://127.0.0.1:"), "{ready}");
    address_of(&mut log).await;
    let reading = tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
    for _ in 0..3 {
        let pulse = hear(&socket, "WATCHDOG=1").await;
        assert!(pulse.contains("STATUS="), "{pulse}");
    }
    // The pulse must come within the interval even when nothing else happens.
    stop(&mut server).await;
    hear(&socket, "STOPPING=1").await;
    reading.await.expect("the log ends with the process");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_cannot_reach_its_ledger_is_never_ready_and_its_log_is_json_when_asked() {
    let mut stage = Stage::new().await;
    let path = stage.directory().join("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket");
    stage.environment.insert("NOTIFY_SOCKET".to_owned(), path.display().to_string());
    stage.environment.insert("VESPER_HTTP_BIND".to_owned(), "127.0.0.1:0".to_owned());
    // The ledger's table is gone when the worker first looks at it.
    let mut connection = stage.warehouse.connect().await;
    sqlx::query("alter table vesper.run rename to run_elsewhere").execute(&mut connection).await.expect("renamed");
    let (mut server, mut log) = start(&stage, &["--log-format", "json", "serve"]);
    let mut lines = Vec::new();
    while !lines.iter().any(|line: &serde_json::Value| line["level"] == "ERROR") {
        let line = timeout(Duration::from_secs(60), log.next_line()).await.expect("it logs").expect("text");
        lines.push(serde_json::from_str(&line.expect("it still runs")).expect("one object a line"));
    }
    stop(&mut server).await;
    let mut heard = Vec::new();
    let mut buffer = vec![0; 4096];
    while let Ok(length) = socket.try_recv(&mut buffer) {
        heard.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
    }
    assert!(!heard.iter().any(|words| words.contains("READY=1")), "{heard:?}");
    assert!(heard.iter().any(|words| words.contains("STOPPING=1")), "{heard:?}");
}
