use axum::body::Body as AxumBody;
use axum::extract::Request;
use serde_json::json;
use tower::ServiceExt;

use super::*;
use crate::base::{Remedied, Remedy};
use crate::http::fixture::snapshot;
use crate::metric::Snapshot;

mod access;
mod beyond;
mod hostile;
mod server;
mod time_series;
mod transport;

/// An answer, taken apart.
struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
    bytes: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// Status, code and parameter of an error.
    fn refusal(&self) -> (u16, String, String) {
        let error = self.json()["error"].clone();
        let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
        (self.status, text("code"), text("parameter"))
    }

    fn message(&self) -> String {
        self.json()["error"]["message"].as_str().expect("a message").to_owned()
    }
}

fn state(snapshot: Option<Snapshot>) -> HttpState {
    let tenants = Tenants::default();
    if let Some(snapshot) = snapshot {
        tenants.of("main").replace(Arc::new(snapshot));
    }
    HttpState {
        tenants,
        tenant: "main".into(),
        tokens: TokenBook::default(),
        is_reachable: false,
        is_encrypted: false,
        cors: Cors::default(),
        stale_after: TimeDelta::hours(26),
        organisation: "Promenade & Söhne".to_owned(),
        files: None,
    }
}

async fn ask(state: &HttpState, method: &str, uri: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(AxumBody::empty()).expect("a request");
    taken_apart(router(state.clone()).oneshot(request).await.expect("routers do not fail")).await
}

async fn taken_apart(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 24).await.expect("a body");
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        text: String::from_utf8_lossy(&bytes).into_owned(),
        bytes: bytes.to_vec(),
    }
}

/// A GET below the contract's base path, of the fixture.
async fn get(path: &str) -> Answer {
    ask(&state(Some(snapshot())), "GET", &format!("{BASE_PATH}/{path}"), &[]).await
}

const YEAR: &str = "revenue/time-series?start_date=2025-01-01&end_date=2025-03-31";

#[tokio::test]
async fn every_route_answers_its_document_untouched_in_the_envelope() {
    let snapshot = snapshot();
    for route in &ROUTES {
        let query = if route.content == crate::http::route::Content::TimeSeries {
            "?start_date=2025-01-01&end_date=2025-01-31"
        } else {
            ""
        };
        let answer = get(&format!("{}{query}", route.path)).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{}", route.path);
        let body = answer.json();
        assert_eq!(body["status"], "success");
        let definition = body["meta"]["definition"].as_str().expect("a definition");
        let versioned = crate::metric::catalog::find(route.metrics[0]).expect("a metric of the catalog").versioned();
        assert_eq!(definition, versioned, "{}", route.path);
        if let Some(document) = snapshot.documents.get(route.path).filter(|d| d.is_object()) {
            assert_eq!(&body["data"], document, "{}", route.path);
        }
    }
    let pipeline = get("deals/pipeline").await.json();
    assert_eq!(pipeline["data"]["avg_deal_value"], json!({ "cents": 12_500_000, "currency": "USD" }));
    assert_eq!(pipeline["data"]["win_rate"], json!(66.7));
}

#[tokio::test]
async fn meta_says_where_the_numbers_come_from() {
    let meta = get("customers/lifecycle").await.json()["meta"].clone();
    let expected = json!({
        "as_of": "2025-03-31", "computed_at": "2025-04-01T02:00:03Z", "snapshot": 7,
        "sources": { "promenade.deal": "2025-03-31T23:59:58Z" }, "definition": "new_customers@1",
        "metrics": ["new_customers@1", "churned_customers@1", "churn_rate@1"], "basis": "inferred",
        "warnings": ["deal history before 2025-01-01 is inferred"], "currency": "USD", "mode": "deals",
    });
    assert_eq!(meta, expected);
    let mut of_payments = snapshot();
    of_payments.header.revenue_mode = "payments".to_owned();
    let answer = ask(&state(Some(of_payments)), "GET", &ROUTES[0].url(), &[]).await;
    assert_eq!(answer.json()["meta"]["mode"], "payments");
}

#[tokio::test]
async fn the_lifecycle_is_of_the_month_unless_a_period_is_named() {
    for (query, count) in [("", 45), ("?period=month", 45), ("?period=week", 9), ("?period=quarter", 140)] {
        let body = get(&format!("customers/lifecycle{query}")).await.json();
        assert_eq!(body["data"]["lead_to_prospect"]["count"], json!(count), "{query}");
    }
}

#[tokio::test]
async fn reps_come_in_rank_order_ten_unless_told_otherwise() {
    for (query, count) in [("", 10), ("?top_n=3", 3), ("?top_n=100", 12), ("?sales_rep_id=rep-12", 1)] {
        let data = get(&format!("sales-reps/performance{query}")).await.json()["data"].clone();
        assert_eq!(data.as_array().expect("a list").len(), count, "{query}");
        let first = if query.contains("rep-12") { "rep-12" } else { "rep-01" };
        assert_eq!(data[0]["sales_rep_id"], first, "{query}");
    }
    let stranger = get("sales-reps/performance?sales_rep_id=nobody").await;
    assert_eq!(stranger.refusal(), (404, "not_found".into(), "sales_rep_id".into()));
}

#[tokio::test]
async fn a_wrong_parameter_is_named_with_what_is_expected() {
    let series = |rest: &str| format!("revenue/time-series?{rest}");
    let cases = [
        (series("start_date=2025-01-01"), "missing_parameter", "end_date", "end_date is required: a date from"),
        (series("start_date=2025-1-1&end_date=2025-02-01"), "invalid_parameter", "start_date", "as YYYY-MM-DD"),
        (series("start_date=2025-02-30&end_date=2025-03-01"), "invalid_parameter", "start_date", "as YYYY-MM-DD"),
        (series("start_date=%2B25-01-01&end_date=2025-03-01"), "invalid_parameter", "start_date", "as YYYY-MM-DD"),
        (series("start_date=2025-02-02&end_date=2025-02-01"), "invalid_parameter", "end_date", "is before start_date"),
        (
            series("start_date=1990-01-01&end_date=2025-02-01&granularity=day"),
            "invalid_parameter",
            "end_date",
            "12816 buckets",
        ),
        (
            format!("{YEAR}&granularity=year"),
            "invalid_parameter",
            "granularity",
            "granularity must be day, week or month",
        ),
        (format!("{YEAR}&granularty=day"), "unknown_parameter", "granularty", "did you mean granularity?"),
        (format!("{YEAR}&end_date=2025-03-31"), "invalid_parameter", "end_date", "more than once"),
        ("sales-reps/performance?top_n=0".into(), "invalid_parameter", "top_n", "a whole number from 1 to 100"),
        ("sales-reps/performance?top_n=101".into(), "invalid_parameter", "top_n", "a whole number from 1 to 100"),
        ("sales-reps/performance?sales_rep_id=".into(), "invalid_parameter", "sales_rep_id", "an id of 1 to 128"),
        (
            "customers/lifecycle?period=day".into(),
            "invalid_parameter",
            "period",
            "period must be week, month or quarter",
        ),
        ("deals/pipeline?stage=lead".into(), "unknown_parameter", "stage", "this route takes start_date, end_date"),
        ("deals/pipeline?%ff=1".into(), "unknown_parameter", "\u{fffd}", "this route takes"),
    ];
    for (path, code, parameter, part) in cases {
        let answer = get(&path).await;
        assert_eq!(answer.refusal(), (400, code.to_owned(), parameter.to_owned()), "{path}");
        assert!(answer.message().contains(part), "{path}: {}", answer.message());
    }
}

#[tokio::test]
async fn an_unknown_route_is_404_with_the_nearest() {
    let answer = get("customers/overwiev").await;
    assert_eq!(answer.refusal(), (404, "not_found".into(), String::new()));
    assert!(answer.message().ends_with("/customers/overview?"), "{}", answer.message());
    let far = ask(&state(None), "GET", "/wp-login.php", &[]).await;
    assert_eq!((far.status, far.message().as_str()), (404, "no such route: / lists what there is"));
}

#[tokio::test]
async fn only_get_and_head_are_possible_anywhere() {
    let state = state(Some(snapshot()));
    for (method, uri) in
        [("POST", format!("{BASE_PATH}/deals/pipeline")), ("DELETE", "/".into()), ("OPTIONS", "/nowhere".into())]
    {
        let answer = ask(&state, method, &uri, &[]).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD"), "{method} {uri}");
        assert_eq!(answer.refusal().1, "method_not_allowed");
    }
}

#[tokio::test]
async fn head_tells_the_same_as_get_without_the_body() {
    let state = state(Some(snapshot()));
    for uri in [
        format!("{BASE_PATH}/deals/pipeline"),
        format!("{BASE_PATH}/{YEAR}"),
        "/".into(),
        "/healthz".into(),
        "/nowhere".into(),
    ] {
        let (get, head) = (ask(&state, "GET", &uri, &[]).await, ask(&state, "HEAD", &uri, &[]).await);
        let told = |answer: &Answer| {
            let mut headers = answer.headers.clone();
            headers.remove("x-request-id").expect("every answer has a name");
            (answer.status, headers)
        };
        assert_eq!(told(&head), told(&get), "{uri}");
        assert_eq!(head.text, "");
        assert_eq!(get.header("content-length"), get.text.len().to_string(), "{uri}");
    }
}

#[tokio::test]
async fn a_client_that_holds_the_answer_gets_304_and_no_body() {
    let state = state(Some(snapshot()));
    let uri = format!("{BASE_PATH}/deals/pipeline");
    let first = ask(&state, "GET", &uri, &[]).await;
    let etag = first.header("etag").to_owned();
    assert!(etag.starts_with("\"7-") && etag.len() == 20, "{etag}");
    assert_eq!(first.header("last-modified"), "Tue, 01 Apr 2025 02:00:03 GMT");
    assert_eq!(first.header("cache-control"), "private, no-cache");
    let weak = format!("\"other\", W/{etag}");
    for held in [etag.as_str(), weak.as_str(), "*"] {
        let again = ask(&state, "GET", &uri, &[("if-none-match", held)]).await;
        assert_eq!((again.status, again.text.as_str(), again.header("etag")), (304, "", etag.as_str()), "{held}");
    }
    let since = [("if-modified-since", "Tue, 01 Apr 2025 02:00:03 GMT")];
    assert_eq!(ask(&state, "GET", &uri, &since).await.status, 304);
    let before = [("if-modified-since", "Tue, 01 Apr 2025 02:00:02 GMT")];
    assert_eq!(ask(&state, "GET", &uri, &before).await.status, 200);
    let other = [("if-none-match", "\"7-0000000000000000\""), ("if-modified-since", "Tue, 01 Apr 2025 02:00:03 GMT")];
    assert_eq!(ask(&state, "GET", &uri, &other).await.status, 200);
}

#[tokio::test]
async fn a_validator_changes_with_snapshot_route_and_parameters_and_not_with_their_order() {
    let shared = state(Some(snapshot()));
    let etag = async |state: &HttpState, path: &str| {
        ask(state, "GET", &format!("{BASE_PATH}/{path}"), &[]).await.header("etag").to_owned()
    };
    let month = etag(&shared, "customers/lifecycle?period=month").await;
    assert_ne!(month, etag(&shared, "customers/lifecycle?period=week").await);
    assert_ne!(etag(&shared, "customers/overview").await, etag(&shared, "customers/segmentation").await);
    let turned = "revenue/time-series?end_date=2025-03-31&start_date=2025-01-01";
    assert_eq!(etag(&shared, YEAR).await, etag(&shared, turned).await);

    let mut next = snapshot();
    next.header.snapshot_id = 8;
    shared.tenants.of("main").replace(Arc::new(next));
    assert_ne!(month, etag(&shared, "customers/lifecycle?period=month").await);
    let body = ask(&shared, "GET", &format!("{BASE_PATH}/customers/overview"), &[]).await.json();
    assert_eq!(body["meta"]["snapshot"], json!(8));
}

#[tokio::test]
async fn a_body_is_made_once_and_kept() {
    let state = state(Some(snapshot()));
    let edition = state.tenants.of("main").edition().expect("a snapshot");
    for path in [YEAR, YEAR, "deals/pipeline", "deals/pipeline", "deals/pipeline?top_n=1"] {
        ask(&state, "GET", &format!("{BASE_PATH}/{path}"), &[]).await;
    }
    assert_eq!(edition.body_count(), 2);
}

#[tokio::test]
async fn a_value_that_looks_like_two_parameters_is_not_taken_for_them() {
    let state = state(Some(snapshot()));
    let uri = |query: &str| format!("{BASE_PATH}/sales-reps/performance?{query}");
    assert_eq!(ask(&state, "GET", &uri("sales_rep_id=rep-01&top_n=3"), &[]).await.status, 200);
    assert_eq!(ask(&state, "GET", &uri("sales_rep_id=rep-01%26top_n%3D3"), &[]).await.status, 404);
}

#[tokio::test]
async fn accept_is_obeyed() {
    let state = state(Some(snapshot()));
    let uri = format!("{BASE_PATH}/deals/pipeline");
    assert_eq!(ask(&state, "GET", &uri, &[("accept", "text/html")]).await.refusal().0, 406);
    assert_eq!(ask(&state, "GET", &uri, &[("accept", "text/html, */*;q=0.1")]).await.status, 200);

    let accept = [("accept", "application/json, application/problem+json")];
    let problem = ask(&state, "GET", &format!("{uri}?stage=lead"), &accept).await;
    assert_eq!((problem.status, problem.header("content-type")), (400, "application/problem+json"));
    let expected = json!({
        "type": "about:blank", "title": "Bad Request", "status": 400, "code": "unknown_parameter", "parameter": "stage",
        "detail": "unknown parameter \"stage\": this route takes start_date, end_date, compare, as_of, format",
    });
    assert_eq!(problem.json(), expected);
}

#[tokio::test]
async fn without_a_snapshot_or_its_document_the_answer_is_503_and_the_process_is_healthy() {
    let empty = state(None);
    for uri in [format!("{BASE_PATH}/deals/pipeline"), "/readyz".into()] {
        let answer = ask(&empty, "GET", &uri, &[]).await;
        assert_eq!((answer.refusal().1.as_str(), answer.header("retry-after")), ("not_ready", "60"), "{uri}");
        assert_eq!(answer.status, 503);
    }
    assert_eq!(ask(&empty, "GET", "/healthz", &[]).await.status, 200);
    let mut partial = snapshot();
    partial.documents.remove("deals/pipeline");
    partial.series.remove("revenue");
    let partial = state(Some(partial));
    for path in ["deals/pipeline", YEAR] {
        assert_eq!(
            ask(&partial, "GET", &format!("{BASE_PATH}/{path}"), &[]).await.refusal().1,
            "not_published",
            "{path}"
        );
    }
}

#[tokio::test]
async fn readiness_ends_when_nights_are_missed() {
    let snapshot = snapshot();
    let at = |text: &str| text.parse().expect("an instant");
    let stale_after = TimeDelta::hours(26);
    let fresh = probe::readiness(Some(&snapshot), stale_after, at("2025-04-02T04:00:03Z")).expect("ready");
    assert_eq!(fresh["data"]["as_of"], "2025-03-31");
    let stale = probe::readiness(Some(&snapshot), stale_after, at("2025-04-02T04:00:04Z")).expect_err("stale");
    assert_eq!(stale.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn the_page_for_people_links_every_route_and_escapes_what_it_shows() {
    let page = ask(&state(Some(snapshot())), "GET", "/", &[]).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    for route in &ROUTES {
        assert!(page.text.contains(&format!("href=\"{}", route.url())), "{}", route.path);
    }
    for part in ["2025-03-31", "Promenade &amp; Söhne", "start_date=2025-01-01&amp;end_date=2025-03-31", "inferred"] {
        assert!(page.text.contains(part), "{part}");
    }
    assert!(!page.text.contains("{{"));
    let empty = ask(&state(None), "GET", "/", &[]).await;
    assert!(empty.text.contains("No snapshot has been published yet"));
}

#[test]
fn only_this_machine_may_ask_while_there_are_no_tokens() {
    let none = TokenBook::default();
    for address in ["127.0.0.1:8081", "[::1]:8081", "[::ffff:127.0.0.1]:80", "127.8.8.8:1"] {
        assert!(check_bind(address.parse().expect("an address"), &none).is_ok(), "{address}");
    }
    for address in ["0.0.0.0:8081", "[::]:8081", "192.168.1.5:8081"] {
        let error = check_bind(address.parse().expect("an address"), &none).expect_err(address);
        assert_eq!(error.remedy(), Remedy::FixConfig);
        assert!(error.hint().expect("a hint").contains("127.0.0.1:"), "{address}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_a_configuration_error() {
    let taken = listen("127.0.0.1:0".parse().expect("an address"), &TokenBook::default()).await.expect("a free port");
    let address = taken.local_addr().expect("an address");
    let error = listen(address, &TokenBook::default()).await.expect_err("taken");
    assert_eq!(error.to_string(), format!("cannot listen on {address}"));
    assert!(error.hint().expect("a hint").starts_with("another process holds port"));
}

#[tokio::test]
async fn serving_answers_over_a_socket_and_ends_with_the_signal() {
    let server = server::start(state(Some(snapshot())), None).await;
    let request = format!("HEAD {BASE_PATH}/deals/pipeline HTTP/1.1\r\nhost: vesper\r\nconnection: close\r\n\r\n");
    let answer = server.exchange(request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
    assert!(answer.contains("etag: \"7-") && !answer.contains("content-length: 0"), "{answer}");
    server.end().await;
}
