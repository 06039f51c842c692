//! `/metrics` of a serving process, read by a parser of the test's own and compared with the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::timeout;

use super::serve::{address_of, get, start, stop};
use super::stage::{DATE, Stage};

/// The samples of an exposition by name and labels as written, checked against the rules of OpenMetrics.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let mut types: BTreeMap<&str, &str> = BTreeMap::new();
    let mut helped = BTreeSet::new();
    let mut samples = BTreeMap::new();
    assert!(text.ends_with("# EOF\n"), "the text is whole");
    for line in text.trim_end_matches("# EOF\n").lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (what, name) = (words.next().expect("a keyword"), words.next().expect("a name"));
            let rest = words.next().expect("a value");
            match what {
                "TYPE" => assert!(types.insert(name, rest).is_none(), "{name} has two types"),
                "HELP" => assert!(helped.insert(name) && !rest.is_empty(), "{line}"),
                "UNIT" => assert!(name.ends_with(&format!("_{rest}")), "{line}"),
                _ => panic!("{line}"),
            }
            continue;
        }
        let (series, value) = line.rsplit_once(' ').expect("a value");
        let name = series.split('{').next().expect("a name");
        let is_name = |name: &str| name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        assert!(is_name(name) && name.starts_with("vesper_"), "{line}");
        let family = ["_total", "_bucket", "_sum", "_count", "_info", ""].iter().find_map(|ending| {
            let family = name.strip_suffix(ending)?;
            types.get(family).map(|kind| (*kind, *ending))
        });
        let (kind, ending) = family.unwrap_or_else(|| panic!("{line} belongs to no family"));
        let endings: &[&str] = match kind {
            "counter" => &["_total"],
            "gauge" => &[""],
            "histogram" => &["_bucket", "_sum", "_count"],
            "info" => &["_info"],
            _ => panic!("{line}: unknown type {kind}"),
        };
        assert!(endings.contains(&ending), "{line} is no {kind}");
        if let Some(labels) = series.strip_prefix(name).filter(|labels| !labels.is_empty()) {
            let inside = labels.strip_prefix('{').and_then(|l| l.strip_suffix('}')).expect("braces");
            for label in inside.split("\",") {
                let (key, value) = label.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
                assert!(is_name(key) && !value.trim_end_matches('"').contains('"'), "{line}");
            }
        }
        let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
        assert!(samples.insert(series.to_owned(), value).is_none(), "{series} stands twice");
    }
    assert!(types.keys().all(|name| helped.contains(name)), "a family without a help text");
    for (series, count) in samples.iter().filter(|(series, _)| series.contains("_bucket{le=\"+Inf\"")) {
        let total = series.replace("_bucket{le=\"+Inf\",", "_count{").replace("_bucket{le=\"+Inf\"}", "_count");
        assert_eq!(samples.get(&total), Some(count), "{series}");
    }
    samples
}

async fn scrape(address: &str) -> BTreeMap<String, f64> {
    let (status, body) = get(address, "/metrics").await;
    assert_eq!(status, 200);
    parse(&body)
}

/// Scrapes until a series has at least this value.
async fn wait_for(address: &str, series: &str, least: f64) -> BTreeMap<String, f64> {
    let mut look_again = tokio::time::interval(Duration::from_millis(100));
    let found = async {
        loop {
            look_again.tick().await;
            let samples = scrape(address).await;
            if samples.get(series).is_some_and(|value| *value >= least) {
                return samples;
            }
        }
    };
    timeout(Duration::from_secs(90), found).await.unwrap_or_else(|_| panic!("{series} never came to {least}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_meters_say_what_the_ledger_says() {
    let mut stage = Stage::new().await;
    stage.environment.insert("VESPER_HTTP_BIND".to_owned(), "127.0.0.1:0".to_owned());
    let (mut server, mut log) = start(&stage, &["serve"]);
    let address = address_of(&mut log).await;
    // Somebody must read what it says, or it waits for that.
    let reading = tokio::spawn(async move { while let Ok(Some(_)) = log.next_line().await {} });
    let first = scrape(&address).await;
    assert_eq!(first[&format!("vesper_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"))], 1.0);

    stage.succeed(&["backfill", "nightly", "--from", DATE, "--to", DATE]).await;
    let night = "vesper_runs_total{job=\"nightly\",kind=\"pipeline\",state=\"succeeded\"}";
    wait_for(&address, night, 1.0).await;
    stage.succeed(&["backfill", "executive-weekly", "--from", DATE, "--to", DATE, "--mail"]).await;
    let samples = wait_for(&address, "vesper_messages_total{outcome=\"sent\"}", 2.0).await;

    let mut connection = stage.warehouse.connect().await;
    let counts: Vec<(String, i64, i64, i64)> =
        sqlx::query_as("select entity, loaded, unchanged, quarantined from vesper.load_count")
            .fetch_all(&mut connection)
            .await
            .expect("the counts");
    assert!(counts.len() > 5, "{counts:?}");
    for (entity, loaded, unchanged, quarantined) in counts {
        for (outcome, count) in [("loaded", loaded), ("unchanged", unchanged), ("quarantined", quarantined)] {
            let series = format!("vesper_rows_total{{entity=\"{entity}\",outcome=\"{outcome}\"}}");
            assert_eq!(samples[&series], count as f64, "{series}");
        }
    }
    let (runs, mails): (i64, i64) = sqlx::query_as(
        "select (select count(*) from vesper.run where state = 'succeeded'), \
                (select count(*) from vesper.message where state = 'sent')",
    )
    .fetch_one(&mut connection)
    .await
    .expect("the ledger");
    let succeeded = |name: &&String| name.starts_with("vesper_runs_total{") && name.contains("succeeded");
    let sum: f64 = samples.keys().filter(succeeded).map(|name| samples[name]).sum();
    assert_eq!((sum, samples["vesper_messages_total{outcome=\"sent\"}"]), (runs as f64, mails as f64));
    let durations = "vesper_run_duration_seconds_count{job=\"nightly\",kind=\"pipeline\"}";
    assert_eq!(samples[durations], 1.0);
    assert!(samples["vesper_worker_heartbeat_age_seconds"] < 60.0);
    assert!(samples.keys().any(|name| name.starts_with("vesper_http_requests_total{route=\"/metrics\"")));

    // The ledgers' own numbers follow within a quarter of a minute.
    let samples = wait_for(&address, "vesper_snapshot_age_seconds", 0.0).await;
    assert!(samples["vesper_snapshot_age_seconds"] < 600.0);
    for state in ["queued", "running"] {
        assert!(samples.contains_key(&format!("vesper_queue_runs{{state=\"{state}\"}}")), "{state}");
    }
    stop(&mut server).await;
    reading.await.expect("the log ends with the process");
}
