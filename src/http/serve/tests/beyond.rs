//! What there is beyond the contract: windows, comparisons, pages, other forms, any metric, other days.

use super::*;
use crate::http::archive::SnapshotLine;
use crate::http::published::Shelf;
use crate::metric::{Compare, Figure, Member, Slice, Window};

/// The fixture with published points of March 2025 and of all days.
fn with_points() -> Snapshot {
    let mut snapshot = snapshot();
    let month = Slice::of(Window::Month);
    let mut point = |metric: &str, slice: Slice, figure| {
        snapshot.points.entry(metric.to_owned()).or_default().insert(slice, figure);
    };
    point("win_rate", month.clone(), Figure::ratio(2, 3));
    point("win_rate", month.clone().compared(Compare::Previous), Figure::ratio(1, 2));
    point("revenue", month.clone(), Figure::whole(900));
    point("revenue", month.clone().at("tier", "pro"), Figure::whole(600));
    point("revenue", month.clone().at("sales_rep", "rep-01"), Figure::whole(900));
    point("total_customers", Slice::of(Window::All), Figure::whole(450));
    let member = |member: &str, label: &str| Member { member: member.to_owned(), label: label.to_owned() };
    snapshot.members.insert("tier".to_owned(), vec![member("free", "Free"), member("pro", "Pro")]);
    snapshot.members.insert("sales_rep".to_owned(), vec![member("rep-02", "Rep 2"), member("rep-01", "Rep 1")]);
    snapshot
}

async fn get(path: &str) -> Answer {
    ask(&state(Some(with_points())), "GET", &format!("{BASE_PATH}/{path}"), &[]).await
}

const MARCH: &str = "start_date=2025-03-01&end_date=2025-03-31";

#[tokio::test]
async fn a_window_answers_the_routes_metrics_as_figures_of_its_days() {
    let january = get("customers/overview?start_date=2025-01-01&end_date=2025-01-31&compare=previous").await.json();
    assert_eq!(january["data"]["window"], json!({ "start_date": "2025-01-01", "end_date": "2025-01-31" }));
    assert_eq!(january["data"]["compared"], json!({ "start_date": "2024-12-01", "end_date": "2024-12-31" }));
    let figure = |name: &str| {
        let figures = january["data"]["figures"].as_array().expect("figures");
        figures.iter().find(|f| f["metric"] == name).expect(name).clone()
    };
    let deals = figure("deals_won@1");
    assert_eq!((&deals["value"], &deals["compared"]), (&json!(5), &json!(1)));
    assert_eq!(deals["change"], json!({ "absolute": 4, "relative": 400.0 }));
    // A stock of a past day was not published: it is not guessed.
    assert_eq!(figure("total_customers@1")["value"], Value::Null);
    assert!(figure("total_customers@1")["reason"].as_str().expect("a reason").contains("not published"));

    let march = get(&format!("deals/pipeline?{MARCH}&compare=previous")).await.json();
    let rate =
        march["data"]["figures"].as_array().expect("figures").iter().find(|f| f["metric"] == "win_rate@1").cloned();
    let rate = rate.expect("a win rate");
    assert_eq!((&rate["value"], &rate["compared"]), (&json!(66.7), &json!(50.0)));
    assert_eq!(rate["change"], json!({ "absolute": 16.7, "relative": 33.3 }));

    let reps = get(&format!("sales-reps/performance?{MARCH}")).await.json()["data"].clone();
    assert_eq!((&reps[0]["sales_rep_id"], &reps[0]["revenue"]["cents"]), (&json!("rep-01"), &json!(900)));
    assert_eq!((&reps[1]["sales_rep_id"], &reps[1]["revenue"]["cents"]), (&json!("rep-02"), &json!(0)));
    let half = get("deals/pipeline?start_date=2025-03-01").await;
    assert_eq!(half.refusal(), (400, "missing_parameter".into(), "end_date".into()));
}

#[tokio::test]
async fn any_metric_is_answered_whole_by_member_and_by_bucket() {
    let whole = get(&format!("metrics/revenue?{MARCH}&filter=tier:pro")).await.json();
    assert_eq!(whole["data"], json!([{ "value": { "cents": 600, "currency": "USD" } }]));
    assert_eq!(
        (&whole["meta"]["definition"], &whole["meta"]["metric"]["unit"]),
        (&json!("revenue@2"), &json!("money"))
    );
    let by = get("metrics/revenue?window=month&by=tier").await.json()["data"].clone();
    assert_eq!(by[1], json!({ "member": "pro", "label": "Pro", "value": { "cents": 600, "currency": "USD" } }));
    assert_eq!(by[0]["value"]["cents"], 0);
    let months = get("metrics/revenue?granularity=month").await.json()["data"].clone();
    assert_eq!(months.as_array().expect("rows").len(), 4);
    assert_eq!((&months[1]["period"], &months[1]["value"]["cents"]), (&json!("2025-01"), &json!(125_000_000)));
    // A rate of daily flows: 2 won in January and 1 in December; nobody was lost, and of no deal there is no value.
    let values = get("metrics/avg_deal_value?granularity=month").await.json()["data"].clone();
    let cents = |at: usize| values[at]["value"]["cents"].as_i64();
    assert_eq!((cents(0), cents(1), cents(2)), (Some(4_000), Some(25_000_000), None));
    let rate = get("metrics/win_rate?window=month&compare=previous").await.json()["data"].clone();
    assert_eq!((&rate[0]["value"], &rate[0]["compared"]), (&json!(66.7), &json!(50.0)));
    for (path, status, part) in [
        ("metrics/revnue", 404, "did you mean revenue?"),
        ("metrics/%2e%2e%2fetc", 404, "unknown metric"),
        ("metrics/revenue?by=stag", 400, "no dimension"),
        ("metrics/revenue?window=month&by=tiers", 400, "did you mean tier?"),
        ("metrics/revenue?filter=tier:prro", 404, "did you mean pro?"),
        ("metrics/revenue?filter=tier", 400, "such as tier:pro"),
        ("metrics/revenue?by=tier&granularity=day", 400, "leave one out"),
        ("metrics/churn_rate?granularity=day", 400, "churn_rate is not published day by day; new_customers,"),
        ("metrics/win_rate?start_date=2025-03-02&end_date=2025-03-30", 400, "not published for these days"),
        ("metrics/revenue?window=month&start_date=2025-03-02&end_date=2025-03-30", 400, "leave one out"),
    ] {
        let answer = get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.message().contains(part), "{path}: {}", answer.message());
    }
}

#[tokio::test]
async fn a_table_is_answered_row_by_row_with_the_meaning_of_its_columns() {
    let answer = get("metrics/close_reasons").await.json();
    let usd = |cents: i64| json!({ "cents": cents, "currency": "USD" });
    let row = |outcome: &str, reason: &str, deals: i64, share: Option<f64>, value| json!({ "outcome": outcome, "reason": reason, "deals": deals, "share": share, "value": value });
    let rows = json!([
        row("won", "price", 2, Some(66.7), usd(7_500)),
        row("won", "unspecified", 1, Some(33.3), Value::Null),
        row("lost", "price", 0, None, usd(0)),
    ]);
    assert_eq!(answer["data"], rows);
    let meta = &answer["meta"];
    assert_eq!((&meta["definition"], &meta["window"]["end_date"]), (&json!("close_reasons@1"), &json!("2025-03-31")));
    assert_eq!(meta["metric"]["columns"][3], json!({ "name": "share", "label": "Share", "unit": "percent" }));
    assert_eq!(meta["metric"]["windows"], json!(["all", "quarter"]));
    let catalog = get("catalog").await.json()["data"].clone();
    assert_eq!(catalog.as_array().expect("rows").last(), Some(&meta["metric"]));

    assert_eq!(get("metrics/close_reasons?filter=outcome:lost").await.json()["data"], json!([rows[2]]));
    let quarter = "start_date=2025-01-01&end_date=2025-03-31";
    for query in ["window=quarter", quarter] {
        assert_eq!(get(&format!("metrics/close_reasons?{query}")).await.json()["data"], json!([]), "{query}");
    }
    let csv = get("metrics/close_reasons?format=csv&page%5Bsize%5D=2").await;
    let lines: Vec<&str> = csv.text.lines().collect();
    assert_eq!(lines[0], "outcome,reason,deals,share,value_cents,value_currency");
    assert_eq!(lines[1..], ["won,price,2,66.7,7500,USD", "won,unspecified,1,33.3,,"]);
    assert!(csv.header("link").contains("metrics/close_reasons?format=csv&page%5Bsize%5D=2&page%5Bafter%5D=7.3.2"));
    for (path, status, part) in [
        ("close_reason", 404, "did you mean close_reasons?"),
        ("rfm", 404, "rfm is not published"),
        ("close_reasons?window=week", 400, "window=quarter (2025-01-01 to 2025-03-31)"),
        ("close_reasons?start_date=2025-01-02&end_date=2025-03-31", 400, "is published for window=all"),
        ("close_reasons?by=outcome", 400, "leave by out"),
        ("close_reasons?granularity=month", 400, "leave granularity out"),
        ("close_reasons?compare=year", 400, "leave compare out"),
        ("close_reasons?filter=reasons:price", 400, "did you mean reason?"),
        ("close_reasons?filter=deals:2", 400, "no column of names"),
        ("close_reasons?filter=reason:prize", 404, "did you mean price?"),
    ] {
        let answer = get(&format!("metrics/{path}")).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.message().contains(part), "{path}: {}", answer.message());
    }
}

#[tokio::test]
async fn pages_hold_every_row_once_and_end() {
    let state = state(Some(snapshot()));
    let (mut uri, mut seen, mut page_count) =
        (format!("{BASE_PATH}/sales-reps/performance?page[size]=5"), Vec::new(), 0);
    loop {
        let answer = ask(&state, "GET", &uri.replace('[', "%5B").replace(']', "%5D"), &[]).await;
        assert_eq!(answer.status, 200, "{uri}: {}", answer.text);
        let body = answer.json();
        seen.extend(body["data"].as_array().expect("rows").iter().map(|rep| rep["sales_rep_id"].clone()));
        assert_eq!(body["meta"]["page"]["rows"], 12);
        page_count += 1;
        let link = answer.header("link");
        if link.is_empty() {
            assert_eq!(body["meta"]["page"]["next"], Value::Null);
            break;
        }
        uri = link.trim_start_matches('<').split('>').next().expect("a URL").to_owned();
        assert!(link.ends_with(">; rel=\"next\"") && uri.starts_with(BASE_PATH), "{link}");
    }
    assert_eq!((page_count, seen.len()), (3, 12));
    assert_eq!(seen[11], "rep-12");
    let changed = get("sales-reps/performance?page%5Bafter%5D=6.12.5").await;
    assert_eq!(changed.refusal(), (400, "invalid_parameter".into(), "page[after]".into()));
    for wrong in ["page%5Bsize%5D=0", "page%5Bsize%5D=1001", "page%5Bsize%5D=99999999999999999999", "page%5Bafter%5D=x"]
    {
        assert_eq!(get(&format!("sales-reps/performance?{wrong}")).await.status, 400, "{wrong}");
    }
    let beyond = get("sales-reps/performance?page%5Bafter%5D=7.12.400").await.json();
    assert_eq!(beyond["data"], json!([]));
}

#[tokio::test]
async fn the_form_is_chosen_by_format_or_accept_and_every_form_has_its_own_tag() {
    let state = state(Some(snapshot()));
    let uri = format!("{BASE_PATH}/{YEAR}");
    let mut tags = Vec::new();
    for (format, media_type, start) in [
        ("json", "application/json", &b"{"[..]),
        ("csv", "text/csv; charset=utf-8; header=present", b"period,timestamp,revenue_cents,revenue_currency"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
        ("parquet", "application/vnd.apache.parquet", b"PAR1"),
    ] {
        let named = ask(&state, "GET", &format!("{uri}&format={format}"), &[("accept", "text/html")]).await;
        assert_eq!((named.status, named.header("content-type")), (200, media_type), "{format}");
        assert!(named.bytes.starts_with(start), "{format}");
        let short = media_type.split(';').next().expect("a type");
        let accepted = ask(&state, "GET", &uri, &[("accept", &format!("text/html, {short}"))]).await;
        assert_eq!(
            (accepted.header("content-type"), accepted.bytes.as_slice()),
            (media_type, named.bytes.as_slice()),
            "{format}"
        );
        tags.push(named.header("etag").to_owned());
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 4);
    let csv = ask(&state, "GET", &format!("{uri}&format=csv"), &[]).await;
    assert_eq!(csv.text.lines().nth(1), Some("2025-01,2025-01-01T00:00:00Z,125000000,USD,35,5"));
    assert!(csv.header("content-disposition").contains("filename=\"revenue-time-series-2025-03-31.csv\""));
}

#[tokio::test]
async fn a_compressed_body_is_the_same_body_under_a_tag_of_its_own() {
    use std::io::Read as _;
    let state = state(Some(snapshot()));
    let uri = format!("{BASE_PATH}/sales-reps/performance");
    let plain = ask(&state, "GET", &uri, &[]).await;
    for encoding in ["gzip", "br", "zstd"] {
        let answer = ask(&state, "GET", &uri, &[("accept-encoding", encoding)]).await;
        assert_eq!(answer.header("content-encoding"), encoding);
        assert!(answer.bytes.len() < plain.bytes.len() / 2 && answer.header("vary").contains("Accept-Encoding"));
        assert_ne!(answer.header("etag"), plain.header("etag"));
        let mut text = Vec::new();
        match encoding {
            "gzip" => flate2::read::GzDecoder::new(&answer.bytes[..]).read_to_end(&mut text),
            "br" => brotli::Decompressor::new(&answer.bytes[..], 4_096).read_to_end(&mut text),
            _ => zstd::bulk::decompress(&answer.bytes, 1 << 20).map(|bytes| {
                text = bytes;
                0
            }),
        }
        .expect("decompressed");
        assert_eq!(text, plain.bytes, "{encoding}");
        let again = ask(&state, "GET", &uri, &[("if-none-match", answer.header("etag"))]).await;
        assert_eq!(again.status, 304, "{encoding}");
    }
}

#[tokio::test]
async fn as_of_is_the_current_day_or_404_with_the_days_there_are() {
    let state = state(Some(snapshot()));
    let line = |date: &str, snapshot_id, is_current| SnapshotLine {
        business_date: date.parse().expect("a date"),
        snapshot_id,
        published_at: "2025-04-01T02:00:03Z".parse().expect("an instant"),
        publish_count: 1,
        is_current,
    };
    let days = vec![line("2025-03-31", 7, true), line("2025-03-30", 6, false)];
    state.tenants.of("main").arrange(Shelf { days, reports: Vec::new() });
    let uri = |date: &str| format!("{BASE_PATH}/deals/pipeline?as_of={date}");
    assert_eq!(ask(&state, "GET", &uri("2025-03-31"), &[]).await.json()["meta"]["snapshot"], 7);
    let missing = ask(&state, "GET", &uri("2025-03-29"), &[]).await;
    assert_eq!(missing.refusal(), (404, "not_found".into(), "as_of".into()));
    assert!(missing.message().contains("from 2025-03-30 to 2025-03-31"), "{}", missing.message());
    let away = ask(&state, "GET", &uri("2025-03-30"), &[]).await;
    assert_eq!(away.refusal().1, "warehouse_away", "it is known, but nobody can read it here");
    let list = ask(&state, "GET", &format!("{BASE_PATH}/snapshots"), &[]).await.json()["data"].clone();
    assert_eq!(
        list[1],
        json!({ "as_of": "2025-03-30", "snapshot": 6, "computed_at": "2025-04-01T02:00:03Z", "publish_count": 1, "is_current": false })
    );
}

#[tokio::test]
async fn while_the_warehouse_is_away_every_answer_says_so_and_afterwards_none() {
    let state = state(Some(snapshot()));
    let uri = format!("{BASE_PATH}/deals/pipeline");
    let before = ask(&state, "GET", &uri, &[]).await;
    assert_eq!(before.header("warning"), "");
    state.tenants.note(Some("the warehouse is away"));
    let away = ask(&state, "GET", &uri, &[("if-none-match", before.header("etag"))]).await;
    assert_eq!((away.status, away.header("warning")), (200, "111 vesper \"Revalidation Failed\""));
    assert_eq!(away.json()["meta"]["warnings"][1], "the warehouse is away");
    assert_eq!(away.json()["data"], before.json()["data"]);
    let ready = probe::readiness_of(&state.tenants, false, TimeDelta::weeks(9_999), clock::now()).expect("in service");
    assert_eq!(ready["data"]["warnings"], json!(["the warehouse is away"]));
    state.tenants.note(None);
    assert_eq!(ask(&state, "GET", &uri, &[]).await.header("etag"), before.header("etag"));
}

#[tokio::test]
async fn the_catalog_lists_every_metric_with_its_meaning() {
    let rows = get("catalog").await.json()["data"].clone();
    let rows = rows.as_array().expect("rows");
    assert!(rows.len() > 20 && rows.iter().all(|row| row["definition"].as_str().is_some_and(|text| !text.is_empty())));
    // A path names a metric or a table, never both.
    let names = crate::metric::all_tables().map(|table| table.name);
    assert_eq!(names.filter(|name| crate::metric::catalog::find(name).is_some()).count(), 0);
}
