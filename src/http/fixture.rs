//! A snapshot with the contract's own numbers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::metric::snapshot::Reconciliation;
use crate::metric::{Catalog, Cell, DaySeries, Snapshot, SnapshotHeader, Table, TableColumn, Tables, Unit, Window};

/// Snapshot 7, of the night of 2025-03-31: 450 customers, 120 deals, revenue on three days.
pub(super) fn snapshot() -> Snapshot {
    let header = SnapshotHeader {
        snapshot_id: 7,
        tenant: "main".to_owned(),
        business_date: "2025-03-31".parse().expect("a date"),
        first_date: "2024-12-01".parse().expect("a date"),
        published_at: "2025-04-01T02:00:03.25Z".parse().expect("an instant"),
        run_id: Some(12),
        definition_hash: "ab".repeat(32),
        currency: "USD".to_owned(),
        revenue_mode: "deals".to_owned(),
        watermarks: BTreeMap::from([("promenade.deal".to_owned(), "2025-03-31T23:59:58Z".to_owned())]),
        reconciliation: vec![
            Reconciliation {
                entity: "customer".to_owned(),
                source_rows: 450,
                star_rows: 450,
                quarantined_rows: 0,
                amount_cents: None,
            },
            Reconciliation {
                entity: "deal".to_owned(),
                source_rows: 122,
                star_rows: 120,
                quarantined_rows: 2,
                amount_cents: None,
            },
        ],
        warnings: vec!["deal history before 2025-01-01 is inferred".to_owned()],
        checks: Vec::new(),
    };
    let series = ["revenue", "new_customers", "deals_won"].map(|name| (name.to_owned(), daily(name)));
    let documents = documents().into_iter().map(|(route, data)| (route.to_owned(), data));
    Snapshot {
        catalog: Catalog::built_in(),
        header,
        points: BTreeMap::new(),
        series: BTreeMap::from(series),
        members: BTreeMap::new(),
        documents: documents.collect(),
        tables: tables(),
    }
}

/// Reasons of deals closed, of all days and of the last quarter: three rows and none.
fn tables() -> Tables {
    let column = |name: &str, label: &str, unit| TableColumn { name: name.to_owned(), label: label.to_owned(), unit };
    let columns = vec![
        column("outcome", "Outcome", None),
        column("reason", "Reason", None),
        column("deals", "Deals", Some(Unit::Count)),
        column("share", "Share", Some(Unit::Percent)),
        column("value", "Value", Some(Unit::Money)),
    ];
    let row = |outcome: &str, reason: &str, deals, share: (i64, i64), value| {
        let texts = [outcome, reason].map(|text| Cell::Text(text.to_owned()));
        texts.into_iter().chain([Cell::Ratio(deals, 1), Cell::Ratio(share.0, share.1), value]).collect()
    };
    let rows = vec![
        row("won", "price", 2, (2, 3), Cell::Ratio(7_500, 1)),
        row("won", "unspecified", 1, (1, 3), Cell::Nothing),
        row("lost", "price", 0, (0, 0), Cell::Ratio(0, 1)),
    ];
    let table = |rows| Table { version: 1, columns: columns.clone(), rows };
    let windows = BTreeMap::from([(Window::All, table(rows)), (Window::Quarter, table(Vec::new()))]);
    Tables::from([("close_reasons".to_owned(), windows)])
}

/// 121 days from 2024-12-01; something happens on 2024-12-31, 2025-01-01 and 2025-01-31.
fn daily(name: &str) -> DaySeries {
    let mut values = vec![0; 121];
    let on = match name {
        "revenue" => [4_000, 100_000_000, 25_000_000],
        "new_customers" => [1, 20, 15],
        _ => [1, 3, 2],
    };
    for (day, value) in [30, 31, 61].into_iter().zip(on) {
        values[day] = value;
    }
    DaySeries { start_date: "2024-12-01".parse().expect("a date"), values }
}

fn usd(cents: i64) -> Value {
    json!({ "cents": cents, "currency": "USD" })
}

fn rep(rank: usize) -> Value {
    json!({
        "sales_rep_id": format!("rep-{rank:02}"), "sales_rep_name": format!("Rep {rank}"), "active_customers": 45,
        "deals_won": 12, "deals_lost": 6, "total_revenue": usd(50_000_000 - rank as i64), "avg_deal_value": usd(4_166_667),
        "win_rate": 66.7, "avg_days_to_close": 45.2,
    })
}

fn documents() -> Vec<(&'static str, Value)> {
    let by_status = json!({ "lead": 120, "prospect": 80, "customer": 230, "churned": 20 });
    let by_tier = json!({ "free": 200, "basic": 150, "pro": 80, "enterprise": 20 });
    let overview = json!({
        "total_customers": 450, "by_status": by_status, "by_tier": by_tier, "avg_lifetime_weeks": 48.5,
        "top_sales_reps": [{ "sales_rep_id": "rep-01", "active_customers": 45, "deals_won": 12, "total_revenue": usd(50_000_000) }],
        "new_this_month": 35, "churned_this_month": 5,
    });
    let lifecycle = |count: i64| {
        json!({
            "lead_to_prospect": { "count": count, "conversion_rate": 37.5 },
            "prospect_to_customer": { "count": 30, "conversion_rate": 66.7 },
            "customer_to_churned": { "count": 5, "churn_rate": 2.2 }, "basis": "inferred",
        })
    };
    let stages = [
        ("lead", 30),
        ("qualified", 25),
        ("proposal", 20),
        ("negotiation", 15),
        ("closed_won", 20),
        ("closed_lost", 10),
    ];
    let by_stage: Value = stages
        .map(|(stage, count)| (stage.to_owned(), json!({ "count": count, "value": usd(count * 12_500_000) })))
        .into_iter()
        .collect::<serde_json::Map<_, _>>()
        .into();
    let pipeline = json!({
        "total_deals": 120, "total_value": usd(1_500_000_000), "avg_deal_value": usd(12_500_000), "by_stage": by_stage,
        "win_rate": 66.7, "avg_days_to_close": 45.2,
    });
    let segmentation = json!({
        "total_customers": 450, "by_status": by_status, "by_tier": by_tier, "avg_lifetime_weeks": 48.5, "active_deals": 85,
        "total_revenue": usd(500_000_000),
    });
    let insights = json!({
        "total_interactions": 850, "by_type": { "call": 320 }, "by_outcome": { "successful": 520, "none": 0 },
        "avg_duration_minutes": 18.5, "follow_up_pending": 45,
    });
    vec![
        ("customers/overview", overview),
        ("customers/lifecycle?period=week", lifecycle(9)),
        ("customers/lifecycle?period=month", lifecycle(45)),
        ("customers/lifecycle?period=quarter", lifecycle(140)),
        ("customers/segmentation", segmentation),
        ("deals/pipeline", pipeline),
        ("deals/conversions", json!({ "lead_to_qualified": { "count": 80, "rate": 72.7 } })),
        ("sales-reps/performance", (1..=12).map(rep).collect()),
        ("interactions/insights", insights),
    ]
}
