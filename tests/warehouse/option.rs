//! What a deployment chooses about its metrics changes them, and only from then on.

use vesper::metric::{Cell, Snapshot, Which, Window, load_snapshot};

use super::Feed;
use super::case::{SOURCE, read};
use super::set::exact;
use crate::support::cluster::{TestDatabase, empty_database, warehouse_database};

/// A feed from the tables of the hand-checked cases, holding `rows`.
async fn feed_of(rows: &'static str) -> (Feed, [TestDatabase; 2]) {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let mut operational = source.connect().await;
    for statements in [read("schema.sql"), rows.to_owned()] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut operational).await.expect("rows of the source");
    }
    let feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
    (feed, [source, warehouse])
}

async fn published(feed: &mut Feed, date: &str) -> Snapshot {
    feed.night(date).await;
    let date = Which::AsOf(date.parse().expect("a date"));
    load_snapshot(&mut feed.warehouse, "main", date).await.expect("readable").expect("published")
}

/// Ten, four and six in 28 days: a deviation of 2.2584 a day; the rest by hand from the formula.
#[tokio::test]
async fn a_reorder_point_covers_the_swings_of_demand_and_of_the_lead_time() {
    let (mut feed, _databases) = feed_of(
        "insert into product (product_id, name) values ('p', 'Sensor'), ('q', 'Never sold');
        insert into inventory (inventory_id, product_id, on_hand, updated_at) values ('a', 'p', 30, '2025-01-01'), ('b', 'q', 5, '2025-01-01');
        insert into \"order\" (order_id, ordered_at) values ('old', '2025-01-03'), ('1', '2025-01-04'), ('2', '2025-01-20'), ('3', '2025-01-31'), ('4', '2025-01-31');
        insert into order_line (order_line_id, order_id, product_id, quantity) values
            ('0', 'old', 'p', 90), ('1', '1', 'p', 10), ('2', '2', 'p', 4), ('3', '3', 'p', 3), ('4', '4', 'p', 3)",
    )
    .await;
    let stock = |snapshot: &Snapshot| {
        let table = snapshot.table("inventory", Window::All).expect("published").clone();
        assert_eq!(table.cell(0, "product_id").and_then(Cell::text), Some("p"), "what is needed comes first");
        assert_eq!(
            table.cell(1, "reorder_point"),
            Some(&Cell::Nothing),
            "without demand there is no point to reorder at"
        );
        ["demand_deviation", "safety_stock", "reorder_point"].map(|name| exact(&table, 0, name))
    };
    let [deviation, safety, point] = stock(&published(&mut feed, "2025-01-31").await);
    assert!((deviation - 2.2584).abs() < 0.00005, "{deviation}");
    assert_eq!((safety, point), (14.0, 24.0), "14 days, none late, 95 % of the cycles: 13.90 and 10 more");

    let options = &mut feed.spec.metric;
    (options.lead_time_days, options.lead_time_deviation_days, options.service_percent) = (10, 3, 98);
    let [_, safety, point] = stock(&published(&mut feed, "2025-01-31").await);
    assert_eq!((safety, point), (16.0, 23.0), "10 days, give or take 3, 98 % of the cycles: 15.31 and 7.14 more");
}

#[tokio::test]
async fn deals_are_sized_by_their_list_price_where_the_deployment_asks_for_it() {
    let (mut feed, _databases) = feed_of(
        "insert into deal (deal_id, stage, value_cents, list_price_cents, currency, created_at, actual_close_date) values
            ('won below the list', 'closed_won', 140000, 200000, 'USD', '2025-01-02', '2025-01-20'),
            ('lost, so of no value', 'closed_lost', 0, 200000, 'USD', '2025-01-02', '2025-01-20'),
            ('in euros', 'closed_lost', 0, 130000, 'EUR', '2025-01-02', '2025-01-15'),
            ('without a list price', 'closed_won', 40000, null, 'USD', '2025-01-02', '2025-01-20')",
    )
    .await;
    feed.spec.metric.deal_band_cents = vec![0, 50_000, 150_000, 400_000];
    let bands = |snapshot: &Snapshot| {
        let table = snapshot.table("win_rate_by_size", Window::All).expect("published");
        (0..4).map(|row| ["won", "lost"].map(|name| exact(table, row, name) as i64)).collect::<Vec<_>>()
    };
    let by_value = bands(&published(&mut feed, "2025-01-31").await);
    assert_eq!(by_value, [[1, 2], [1, 0], [0, 0], [0, 0]], "lost deals have no value");
    feed.spec.metric.deal_size = "list_price";
    let by_list = bands(&published(&mut feed, "2025-01-31").await);
    assert_eq!(by_list, [[1, 0], [0, 0], [1, 2], [0, 0]], "every deal closed before is sized anew; 1,300 € are $1,560");
}
