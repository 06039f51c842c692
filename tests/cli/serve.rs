//! `vesper serve` over real HTTP and real signals.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sqlx::{PgConnection, Row};
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
        let answer: Value = serde_json::from_str(&body).expect("JSON");
        let violations = contract_violations(route.path, &answer["data"]);
        assert!(violations.is_empty(), "{}: {violations:#?}", route.path);
        assert!(body.contains(DATE), "{}: {body}", route.path);
    }
    assert_values(&address, &mut connection).await;
    assert_eq!(get(&address, "/healthz").await.0, 200);
    assert_eq!(get(&address, "/").await.0, 200);
    assert_eq!(get(&address, "/api/v1/nothing").await.0, 404);

    stop(&mut server).await;
    assert_eq!(Footprint::read(&mut connection).await, before);
}

/// What the published contract says against `data`.
fn contract_violations(path: &str, data: &Value) -> Vec<String> {
    let mut schema: Value = serde_json::from_str(include_str!("../http/contract.json")).expect("JSON");
    assert!(schema["$defs"][path].is_object(), "the contract has {path}");
    schema["$ref"] = json!(format!("#/$defs/{}", path.replace('/', "~1")));
    let contract = jsonschema::validator_for(&schema).expect("a schema");
    contract.iter_errors(data).map(|error| format!("{}: {error}", error.instance_path)).collect()
}

/// The same numbers over every way they can be asked for, and those of the metric store.
async fn assert_values(address: &str, connection: &mut PgConnection) {
    let base = "/api/v1/customer-mgmt/analytics";
    let data = async |path: &str| {
        let (status, body) = get(address, &format!("{base}/{path}")).await;
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str::<Value>(&body).expect("JSON")["data"].clone()
    };
    let stored = sqlx::query(
        "select metric, numerator, denominator, value::float8 from metric.point where slice = '{\"window\": \"all\"}'",
    );
    let stored = stored.fetch_all(connection).await.expect("the store's points");
    assert!(stored.len() > 15);
    for row in stored {
        let (metric, value): (String, Option<f64>) = (row.get(0), row.get(3));
        let shown = data(&format!("metrics/{metric}?window=all")).await[0]["value"].clone();
        let shown = shown.get("cents").unwrap_or(&shown).as_f64();
        assert_eq!(shown, value, "{metric}");
    }
    let overview = data("customers/overview").await;
    let pipeline = data("deals/pipeline").await;
    assert_eq!(data("metrics/total_customers").await[0]["value"], overview["total_customers"]);
    assert_eq!(data("metrics/total_deals").await[0]["value"], pipeline["total_deals"]);
    assert_eq!(data("metrics/win_rate").await[0]["value"], pipeline["win_rate"]);
    for stage in data("metrics/total_deals?by=stage").await.as_array().expect("rows") {
        let name = stage["member"].as_str().expect("a stage");
        assert_eq!(stage["value"], pipeline["by_stage"][name]["count"], "{name}");
    }
    let months = data("metrics/revenue?granularity=month").await;
    let sum: i64 = months.as_array().expect("rows").iter().map(|m| m["value"]["cents"].as_i64().expect("cents")).sum();
    assert_eq!(data("metrics/revenue").await[0]["value"]["cents"], sum);
    assert_eq!(data("snapshots").await[0]["as_of"], DATE);
    let csv = get(address, &format!("{base}/deals/pipeline?format=csv")).await.1;
    assert!(csv.contains(&format!("total_deals,{},,", pipeline["total_deals"])), "{csv}");
    let earlier = get(address, &format!("{base}/deals/pipeline?as_of=2020-01-01")).await;
    assert!(earlier.0 == 404 && earlier.1.contains(DATE), "{earlier:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_a_running_server_until_it_is_revoked() {
    let mut stage = Stage::new().await;
    stage.environment.insert("VESPER_HTTP_BIND".to_owned(), "127.0.0.1:0".to_owned());
    stage.succeed(&["run", "nightly", "--for", DATE]).await;
    let (mut server, mut log) = start(&stage, &["serve", "--only", "http"]);
    let address = address_of(&mut log).await;
    let overview = ROUTES[0].url();
    assert_eq!(get(&address, &overview).await.0, 200, "no token was made yet");

    let wrong = stage.run(&["token", "create", "--tenant", "nobody", "--scope", "metrics"]).await;
    assert_eq!(wrong.exit_code, 3, "{}", wrong.stderr);
    let made = stage.succeed(&["token", "create", "--scope", "metrics", "--quiet"]).await;
    let token = made.trim().to_owned();
    let (id, secret) = token.split_once('.').expect("id.secret");
    let list = stage.succeed(&["token", "list", "--json"]).await;
    assert!(list.contains(id) && !list.contains(secret), "{list}");

    let bearer = format!("Authorization: Bearer {token}\r\n");
    until(async || get(&address, &overview).await.0 == 401).await;
    assert_eq!(get_with(&address, &overview, &bearer).await.0, 200);
    assert_eq!(get_with(&address, "/metrics", &bearer).await.0, 403);
    stage.succeed(&["token", "revoke", id]).await;
    until(async || get_with(&address, &overview, &bearer).await.0 == 401).await;
    assert_eq!(get(&address, &overview).await.0, 401, "a deployment that needed a token once does not fall open");
    stop(&mut server).await;
}

/// Asks again until it is so: a change is announced, and heard in a moment.
async fn until(is_so: impl AsyncFn() -> bool) {
    let asking = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, asking).await.expect("it is heard");
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
    get_with(address, path, "").await
}

/// With further lines in the head.
async fn get_with(address: &str, path: &str, head: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.expect("the server answers");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{head}Connection: close\r\n\r\n");
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
