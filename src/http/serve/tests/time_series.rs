//! The one route that is cut from series.

use serde_json::json;

use super::{YEAR, get};

#[tokio::test]
async fn a_series_has_the_contracts_shape_and_every_bucket() {
    let body = get(YEAR).await.json();
    let expected = json!([
        { "period": "2025-01", "timestamp": "2025-01-01T00:00:00Z", "revenue": { "cents": 125_000_000, "currency": "USD" }, "new_customers": 35, "deals_won": 5 },
        { "period": "2025-02", "timestamp": "2025-02-01T00:00:00Z", "revenue": { "cents": 0, "currency": "USD" }, "new_customers": 0, "deals_won": 0 },
        { "period": "2025-03", "timestamp": "2025-03-01T00:00:00Z", "revenue": { "cents": 0, "currency": "USD" }, "new_customers": 0, "deals_won": 0 },
    ]);
    assert_eq!(body["data"], expected);
    assert_eq!(body["meta"].get("incomplete"), None);
    let days = get(&format!("{YEAR}&granularity=day")).await.json()["data"].clone();
    assert_eq!(days.as_array().expect("a list").len(), 90);
    assert_eq!((&days[0]["period"], &days[30]["new_customers"]), (&json!("2025-01-01"), &json!(15)));
}

#[tokio::test]
async fn the_last_days_of_2024_count_in_the_first_iso_week_of_2025() {
    let query = "revenue/time-series?start_date=2024-12-30&end_date=2025-01-12&granularity=week";
    let data = get(query).await.json()["data"].clone();
    let week = |i: usize| (data[i]["period"].clone(), data[i]["timestamp"].clone(), data[i]["new_customers"].clone());
    assert_eq!(week(0), (json!("2025-W01"), json!("2024-12-30T00:00:00Z"), json!(21)));
    assert_eq!(week(1), (json!("2025-W02"), json!("2025-01-06T00:00:00Z"), json!(0)));
    assert_eq!(data.as_array().expect("a list").len(), 2);
}

#[tokio::test]
async fn a_bucket_counts_only_the_days_asked_for_and_unfinished_ones_are_named() {
    let query = "revenue/time-series?start_date=2024-12-31&end_date=2025-01-30&granularity=month";
    let body = get(query).await.json();
    assert_eq!(body["data"][0]["revenue"]["cents"], json!(4_000));
    assert_eq!(body["data"][1]["revenue"]["cents"], json!(100_000_000));
    assert_eq!(body["meta"]["incomplete"], json!(["2024-12", "2025-01"]));
}

#[tokio::test]
async fn windows_before_and_after_the_data_are_zero() {
    for (window, count) in
        [("start_date=1990-01-01&end_date=1990-12-31", 12), ("start_date=2099-11-01&end_date=2100-12-31", 14)]
    {
        let data = get(&format!("revenue/time-series?{window}")).await.json()["data"].clone();
        let buckets = data.as_array().expect("a list");
        assert_eq!(buckets.len(), count, "{window}");
        assert!(buckets.iter().all(|b| b["revenue"]["cents"] == 0 && b["new_customers"] == 0 && b["deals_won"] == 0));
    }
}
