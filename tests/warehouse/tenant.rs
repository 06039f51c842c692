//! Two operational databases in one warehouse, with the same ids: neither sees the other.

use sqlx::AssertSqlSafe;
use vesper::metric::{Slice, Which, Window, load_snapshot};

use super::Feed;
use super::case::{SOURCE, read};
use crate::support::cluster::{empty_database, warehouse_database};

#[tokio::test]
async fn two_sources_with_the_same_ids_do_not_mix() {
    let warehouse = warehouse_database().await;
    let mut feeds = Vec::new();
    let mut databases = Vec::new();
    for (tenant, customers) in [("north", 3), ("south", 5)] {
        let source = empty_database().await;
        let rows = format!(
            "insert into sales_rep (sales_rep_id) values ('r');
             insert into customer (customer_id, status, sales_rep_id, converted_at) select 'c' || n, 'customer', 'r', '2024-06-01' from generate_series(1, {customers}) as n;
             insert into deal (deal_id, customer_id, sales_rep_id, stage, actual_close_date) select 'd' || n, 'c' || n, 'r', 'closed_won', '2025-01-10' from generate_series(1, {customers}) as n;
             insert into \"order\" (order_id, customer_id) select 'o' || n, 'c' || n from generate_series(1, {customers}) as n;
             insert into order_line (order_line_id, order_id) select 'l' || n, 'o' || n from generate_series(1, {customers}) as n;
             insert into interaction (interaction_id, customer_id, is_follow_up_required) select 'i' || n, 'c' || n, true from generate_series(1, {customers}) as n;
             insert into subscription (subscription_id, customer_id) select 's' || n, 'c' || n from generate_series(1, {customers}) as n;
             insert into customer (customer_id, status) values ('bad', 'nonsense');"
        );
        let done = sqlx::raw_sql(AssertSqlSafe(read("schema.sql") + &rows)).execute(&mut source.connect().await).await;
        done.expect("the source's rows");
        let mut feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
        feed.spec.tenant = tenant.to_owned();
        feeds.push((feed, tenant, customers));
        databases.push(source);
    }
    for turn in 0..2 {
        for (feed, tenant, customers) in &mut feeds {
            let report = feed.night("2025-01-31").await;
            assert_eq!(report.published.is_new, turn == 0, "{tenant} is published once");
            assert_eq!(report.load.has_changed(), turn == 0, "{tenant} is loaded once");
            let snapshot = load_snapshot(&mut feed.warehouse, tenant, Which::Current).await;
            let snapshot = snapshot.expect("readable").expect("published");
            let whole = |metric| snapshot.figure(metric, &Slice::of(Window::All)).and_then(|f| f.rounded());
            for metric in [
                "total_customers",
                "new_customers",
                "deals_won",
                "total_deals",
                "orders",
                "interactions",
                "follow_ups_pending",
                "active_subscriptions",
            ] {
                assert_eq!(whole(metric), Some(*customers), "{metric} of {tenant}");
            }
        }
    }
}
