//! Who may ask, what a token opens, and that tenants never see each other.

use sha2::{Digest, Sha256};

use super::*;
use crate::delivery::edition::{EditionLine, Manifest};
use crate::http::archive::SnapshotLine;
use crate::http::published::Shelf;
use crate::http::route::BEYOND;
use crate::http::token::TokenLine;
use crate::metric::Cell;

fn token(id: &str, tenant: &str, scopes: &[&str]) -> TokenLine {
    TokenLine {
        token_id: id.to_owned(),
        tenant: tenant.to_owned(),
        secret_sha256: Sha256::digest(b"secret").into(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        note: String::new(),
        rate_per_s: 100_000,
        created_at: "2025-01-01T00:00:00Z".parse().expect("an instant"),
        expires_at: None,
        revoked_at: None,
    }
}

/// Every text of a snapshot in which a tenant's name can stand, has it.
fn marked(tenant: &str) -> Snapshot {
    let mut marked = snapshot();
    marked.header.tenant = tenant.to_owned();
    marked.header.warnings = vec![format!("a warning of {tenant}")];
    marked.header.watermarks = [(format!("source of {tenant}"), "2025-03-31".to_owned())].into();
    let reps = marked.documents.get_mut("sales-reps/performance").and_then(Value::as_array_mut).expect("reps");
    for rep in reps {
        rep["sales_rep_name"] = json!(format!("a rep of {tenant}"));
    }
    let windows = marked.tables.values_mut().flat_map(|windows| windows.values_mut());
    for row in windows.flat_map(|table| table.rows.iter_mut()) {
        row[1] = Cell::Text(format!("a reason of {tenant}"));
    }
    marked.header.currency = if tenant == "north" { "NOK" } else { "ZAR" }.to_owned();
    marked
}

fn shelf(tenant: &str) -> Shelf {
    let at = "2025-04-01T02:00:03Z".parse().expect("an instant");
    let edition = |edition_id: i64, scope: &str| EditionLine {
        edition_id,
        report: format!("report of {tenant}"),
        scope: scope.to_owned(),
        business_date: "2025-03-31".parse().expect("a date"),
        snapshot_id: 7,
        sealed_at: at,
        manifest: manifest(tenant),
    };
    let business_date = "2025-03-31".parse().expect("a date");
    let line = SnapshotLine { business_date, snapshot_id: 7, published_at: at, publish_count: 1, is_current: true };
    let first = if tenant == "north" { 100 } else { 200 };
    Shelf { days: vec![line], reports: vec![edition(first + 1, "east"), edition(first, "")] }
}

fn manifest(tenant: &str) -> Manifest {
    let file = json!({ "name": format!("{tenant}.pdf"), "media_type": "application/pdf", "sha256": "ab".repeat(32), "size": 1 });
    let manifest = json!({
        "snapshot_id": 7, "watermarks": {}, "definition_hash": "", "template_hash": "", "renderer": "", "files": [file],
    });
    serde_json::from_value(manifest).expect("a manifest")
}

fn two_tenants() -> HttpState {
    with_tenants(&["north", "south"])
}

fn with_tenants(tenants: &[&str]) -> HttpState {
    let state = state(None);
    for tenant in tenants {
        state.tenants.of(tenant).replace(Arc::new(marked(tenant)));
        state.tenants.of(tenant).arrange(shelf(tenant));
    }
    state.tokens.replace(vec![
        token("n", "north", &["metrics", "editions"]),
        token("s", "south", &["metrics", "editions", "ops"]),
        token("e", "north", &["editions:east"]),
        TokenLine {
            expires_at: Some("2025-01-02T00:00:00Z".parse().expect("an instant")),
            ..token("x", "north", &["metrics"])
        },
        TokenLine { rate_per_s: 1, ..token("slow", "north", &["metrics"]) },
    ]);
    state
}

async fn as_token(state: &HttpState, id: &str, uri: &str) -> Answer {
    ask(state, "GET", uri, &[("authorization", &format!("Bearer {id}.secret"))]).await
}

/// Every route of numbers with a query that succeeds.
fn questions() -> Vec<String> {
    let mut questions = Vec::new();
    for route in ROUTES.iter().chain(&BEYOND) {
        let query = match route.content {
            Content::TimeSeries => "?start_date=2025-01-01&end_date=2025-01-31",
            _ => "?",
        };
        for name in ["revenue", "close_reasons"] {
            let url = route.url().replace("{name}", name);
            for format in ["json", "csv", "xlsx", "parquet"] {
                questions.push(format!("{url}{query}&format={format}").replace("?&", "?"));
            }
            if route.content != Content::Metric {
                break;
            }
        }
    }
    questions
}

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|part| part == needle.as_bytes())
}

#[tokio::test]
async fn no_tenant_sees_a_byte_of_the_other_over_all_routes_and_formats() {
    let state = two_tenants();
    let (north, south) = (with_tenants(&["north"]), with_tenants(&["south"]));
    let mut own_count = 0;
    for uri in questions() {
        for (id, own, other, alone) in
            [("n", "north", "south", &north), ("s", "south", "north", &south), ("n", "north", "south", &north)]
        {
            let answer = as_token(&state, id, &uri).await;
            assert_eq!(answer.status, 200, "{uri}: {}", answer.text);
            // Compressed forms hide their words: whoever is alone in a deployment is told the very same bytes.
            let undisturbed = as_token(alone, id, &uri).await;
            assert_eq!(
                (&answer.bytes, answer.header("etag")),
                (&undisturbed.bytes, undisturbed.header("etag")),
                "{uri}"
            );
            assert!(!holds(&answer.bytes, other), "{uri}");
            let currency = if other == "north" { "NOK" } else { "ZAR" };
            assert!(!holds(&answer.bytes, currency), "{uri}");
            let told = format!("{:?}", answer.headers);
            assert!(!told.contains(other), "{uri}");
            own_count += usize::from(holds(&answer.bytes, own));
        }
    }
    assert!(own_count >= 30, "the marks are in the answers: {own_count}");
    for (id, edition) in [("n", 200), ("n", 201), ("s", 100)] {
        for name in ["north.pdf", "south.pdf"] {
            let uri = format!("{BASE_PATH}/editions/{edition}/files/{name}");
            assert_eq!(as_token(&state, id, &uri).await.status, 404, "{uri}");
        }
    }
    for uri in ["/", "/readyz", "/healthz", "/docs", "/openapi.json"] {
        let answer = ask(&state, "GET", uri, &[]).await;
        assert!(
            !holds(&answer.bytes, "north") && !holds(&answer.bytes, "south") && !holds(&answer.bytes, "2025-03"),
            "{uri}"
        );
    }
}

#[tokio::test]
async fn from_the_first_token_on_every_route_of_numbers_needs_one() {
    let state = two_tenants();
    for uri in questions().into_iter().chain(["/metrics".to_owned()]) {
        let stranger = ask(&state, "GET", &uri, &[]).await;
        assert_eq!((stranger.status, stranger.refusal().1.as_str()), (401, "unauthorized"), "{uri}");
        assert_eq!(stranger.header("www-authenticate"), "Bearer realm=\"vesper\"");
        for wrong in ["Bearer n.other", "Bearer zzz.secret", "Bearer n", "Bearer ."] {
            let answer = ask(&state, "GET", &uri, &[("authorization", wrong)]).await;
            assert_eq!((answer.status, answer.refusal().1.as_str()), (401, "invalid_token"), "{uri} {wrong}");
        }
    }
    let overview = ROUTES[0].url();
    assert_eq!(as_token(&state, "x", &overview).await.refusal().1, "expired_token");
    for uri in ["/", "/healthz", "/docs", "/openapi.json"] {
        assert_eq!(ask(&state, "GET", uri, &[]).await.status, 200, "{uri}");
    }
    state.tokens.replace(vec![TokenLine { revoked_at: Some(clock::now()), ..token("n", "north", &["metrics"]) }]);
    assert_eq!(as_token(&state, "n", &overview).await.status, 401, "a revoked token opens nothing");
    assert_eq!(ask(&state, "GET", &overview, &[]).await.status, 401, "and its deployment stays closed");
}

#[tokio::test]
async fn a_token_opens_its_scopes_and_no_other() {
    let state = two_tenants();
    let editions = format!("{BASE_PATH}/editions");
    for (id, uri, status) in [
        ("n", "/metrics".to_owned(), 403),
        ("s", "/metrics".to_owned(), 200),
        ("e", ROUTES[0].url(), 403),
        ("e", format!("{BASE_PATH}/catalog"), 403),
        ("slow", editions.clone(), 403),
        ("e", editions.clone(), 200),
    ] {
        assert_eq!(as_token(&state, id, &uri).await.status, status, "{id} {uri}");
    }
    let shown = async |id: &str| {
        let data = as_token(&state, id, &editions).await.json()["data"].clone();
        data.as_array().expect("a list").iter().map(|e| e["edition"].as_i64().expect("a number")).collect::<Vec<_>>()
    };
    assert_eq!(shown("n").await, [101, 100]);
    assert_eq!(shown("e").await, [101], "a reader's token shows that reader's reports alone");
    let whole = format!("{editions}/100/files/north.pdf");
    assert_eq!(as_token(&state, "e", &whole).await.status, 404);
    assert_eq!(as_token(&state, "n", &whole).await.status, 503, "there it is, but for the warehouse");
}

#[tokio::test]
async fn a_token_that_asks_too_often_is_told_to_wait() {
    let state = two_tenants();
    let desk = router(state);
    let uri = ROUTES[0].url();
    let mut refused = None;
    for _ in 0..200 {
        let request = Request::builder().uri(&uri).header("authorization", "Bearer slow.secret");
        let response =
            desk.clone().oneshot(request.body(AxumBody::empty()).expect("a request")).await.expect("an answer");
        if response.status() == 429 {
            refused = response.headers().get("retry-after").and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
            break;
        }
    }
    assert!(refused.is_some_and(|wait_s| (1..=3).contains(&wait_s)), "{refused:?}");
}

#[tokio::test]
async fn every_answer_has_a_name_and_is_never_sniffed_framed_or_run() {
    let mut state = state(Some(snapshot()));
    for uri in ["/", "/nowhere", "/healthz", &ROUTES[0].url(), "/docs"] {
        let answer = ask(&state, "GET", uri, &[]).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{uri}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{uri}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.header("x-request-id").len() > 8 && answer.header("access-control-allow-origin").is_empty());
    }
    let named = ask(&state, "GET", "/healthz", &[("x-request-id", "abc-1.2_3")]).await;
    assert_eq!(named.header("x-request-id"), "abc-1.2_3");
    let forged = ask(&state, "GET", "/healthz", &[("x-request-id", "a b\"c")]).await;
    assert!(!forged.header("x-request-id").contains('"'));

    let page = [("origin", "https://dash.example.org"), ("access-control-request-method", "GET")];
    assert_eq!(ask(&state, "OPTIONS", "/", &page).await.status, 405, "no other site by default");
    state.cors = Cors::of("https://dash.example.org");
    let preflight = ask(&state, "OPTIONS", &ROUTES[0].url(), &page).await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, page[0].1));
    let answer = ask(&state, "GET", &ROUTES[0].url(), &page).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, page[0].1));
    let other = ask(&state, "GET", &ROUTES[0].url(), &[("origin", "https://evil.example")]).await;
    assert_eq!((other.status, other.header("access-control-allow-origin")), (200, ""));
}
