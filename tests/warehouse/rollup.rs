//! Rollups by month are what their cube's days add up to, and are read as if they were the days.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use sqlx::{AssertSqlSafe, PgConnection};
use vesper::cube::recompute_sample;
use vesper::metric::{MetricError, check_cubes};

use super::Feed;
use super::case::{SOURCE, read};
use crate::support::cluster::{TestDatabase, empty_database, warehouse_database};

/// A rollup's name without `_month`, the columns of its key beside tenant and month, and what is summed.
type Rollup = (&'static str, &'static str, &'static [&'static str]);

const ROLLUPS: [Rollup; 4] = [
    (
        "deal_stock",
        "stage, sales_rep_key",
        &["deals", "value_cents", "weighted_cents", "probability", "entered_day_sum"],
    ),
    ("product", "product_key", &["lines", "quantity", "amount"]),
    ("product_pair", "product_key, other_key", &["orders"]),
    ("interaction", "type, outcome, sales_rep_key", &["interactions", "duration_seconds", "durations"]),
];

/// Days of three tenants over fourteen months, from the middle of one to the middle of another; some months have few.
const DAYS: &str = "
    insert into cube.deal_stock_day (tenant_key, day, stage, sales_rep_key, deals, value_cents, weighted_cents, probability, entered_day_sum)
    select 1 + n % 3, date '2024-01-15' + n * n % 431, (array['lead', 'qualified', 'closed_won'])[1 + n % 5 % 3], n % 4, n % 7 - 3, n % 1000 - 500, n % 91 - 45, n % 11 - 5, n % 13
    from generate_series(1, 900) as n
    on conflict do nothing;
    insert into cube.product_day (tenant_key, day, product_key, lines, quantity, amount)
    select 1 + n % 3, date '2024-01-15' + n * n % 431, n % 5, 1 + n % 3, 1 + n % 9, n * 0.0125 from generate_series(1, 900) as n
    on conflict do nothing;
    insert into cube.product_pair_day (tenant_key, day, product_key, other_key, orders)
    select 1 + n % 3, date '2024-01-15' + n * n % 431, n % 5, n % 5 + n % 2, 1 + n % 9 from generate_series(1, 900) as n
    on conflict do nothing;
    insert into cube.interaction_day (tenant_key, day, type, outcome, sales_rep_key, interactions, duration_seconds, durations)
    select 1 + n % 3, date '2024-01-15' + n * n % 431, (array['call', 'email'])[1 + n % 2], (array['none', 'successful'])[1 + n % 5 % 2], n % 4, 1 + n % 6, n % 600, n % 2
    from generate_series(1, 900) as n
    on conflict do nothing;";

async fn run(connection: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    done.unwrap_or_else(|e| panic!("{sql}: {e}"));
}

async fn answers(connection: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await;
    rows.unwrap_or_else(|e| panic!("{sql}: {e}"))
}

fn sums(measures: &[&str]) -> String {
    measures.iter().map(|measure| format!("sum({measure}) as {measure}")).collect::<Vec<_>>().join(", ")
}

/// The days of a rollup's cube, added up.
fn added_up((name, key, measures): &Rollup) -> String {
    format!(
        "select tenant_key, date_trunc('month', day::timestamp)::date as month, {key}, {} from cube.{name}_day group by 1, 2, {key}",
        sums(measures)
    )
}

/// Rows of a rollup that its days do not give, and the other way round.
async fn stale_rows(connection: &mut PgConnection, rollup: &Rollup) -> Vec<String> {
    let (name, key, measures) = rollup;
    let kept = format!("select tenant_key, month, {key}, {} from cube.{name}_month", measures.join(", "));
    let fresh = added_up(rollup);
    let stale = format!(
        "with kept as ({kept}), fresh as ({fresh})
         select 'kept ' || k::text from (table kept except table fresh) as k
         union all
         select 'fresh ' || f::text from (table fresh except table kept) as f"
    );
    answers(connection, &stale).await
}

#[tokio::test]
async fn a_span_read_by_months_is_the_sum_of_its_days_wherever_it_begins_and_ends() {
    let warehouse = warehouse_database().await;
    let mut connection = warehouse.connect().await;
    run(&mut connection, DAYS).await;
    let mut rng = Pcg64Mcg::seed_from_u64(34);
    let mut day = || format!("date '2024-01-01' + {}", rng.random_range(0..460));
    let mut spans: Vec<String> = (0..300).map(|_| format!("({}, {})", day(), day())).collect();
    for span in [
        "('2024-03-01', '2024-03-01')",
        "('2024-03-01', '2024-04-01')",
        "('2024-03-01', '2024-03-02')",
        "('2024-03-31', '2024-04-01')",
        "('2024-03-31', '2024-04-02')",
        "('2024-03-10', '2024-03-20')",
        "('2024-03-10', '2024-04-01')",
        "('2024-03-01', '2024-04-10')",
        "('2024-03-20', '2024-05-10')",
        "('2024-05-01', '2024-04-01')",
        "('2023-01-01', '2026-01-01')",
        "('-infinity', '2024-07-01')",
        "('-infinity', '2024-07-17')",
        "('2024-07-17', 'infinity')",
        "('-infinity', 'infinity')",
    ] {
        spans.push(span.to_owned());
    }
    for rollup in ROLLUPS {
        let (name, key, measures) = rollup;
        let summed = sums(measures);
        run(&mut connection, &format!("insert into cube.{name}_month {}", added_up(&rollup))).await;
        let differing = format!(
            "select format('%s of tenant %s from %s until %s', '{name}', t.tenant, s.from_day, s.until_day)
             from (values {}) as s (from_day, until_day)
             cross join generate_series(1, 4) as t (tenant)
             where (select array_agg(r::text order by r::text) from (
                    select month, {key}, {summed} from cube.{name}_between(t.tenant, s.from_day, s.until_day) group by month, {key}) as r)
                is distinct from (select array_agg(r::text order by r::text) from (
                    select date_trunc('month', day::timestamp)::date as month, {key}, {summed} from cube.{name}_day
                    where tenant_key = t.tenant and day >= s.from_day and day < s.until_day group by 1, {key}) as r)",
            spans.join(", ")
        );
        assert_eq!(answers(&mut connection, &differing).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_span_is_read_as_part_of_the_statement_that_asks_and_whole_months_from_the_rollup() {
    let warehouse = warehouse_database().await;
    let mut connection = warehouse.connect().await;
    run(&mut connection, DAYS).await;
    for rollup in ROLLUPS {
        let (name, key, measures) = rollup;
        run(&mut connection, &format!("insert into cube.{name}_month {}", added_up(&rollup))).await;
        let plan = format!(
            "explain select {key}, {} from cube.{name}_between(1, '2024-03-20', '2024-08-10') group by {key}",
            sums(measures)
        );
        let plan = answers(&mut connection, &plan).await.join("\n");
        assert!(!plan.contains("Function Scan") && plan.contains(&format!(" on {name}_month ")), "{plan}");
        // Without the days of the whole months the same months are there.
        run(&mut connection, &format!("delete from cube.{name}_day where day between '2024-04-01' and '2024-07-31'"))
            .await;
        let months = format!("select distinct month::text from cube.{name}_between(1, '2024-04-01', '2024-08-01')");
        let mut months = answers(&mut connection, &months).await;
        months.sort();
        assert_eq!(months, ["2024-04-01", "2024-05-01", "2024-06-01", "2024-07-01"], "{name}");
    }
}

/// A source whose deals, orders and contacts lie in five months, loaded once.
async fn business() -> (Feed, [TestDatabase; 2]) {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let rows = "
        insert into sales_rep (sales_rep_id) values ('r1'), ('r2');
        insert into product (product_id) select 'p' || n from generate_series(0, 3) as n;
        insert into customer (customer_id) select 'c' || n from generate_series(1, 9) as n;
        insert into deal (deal_id, customer_id, sales_rep_id, value_cents, created_at) select 'd' || n, 'c' || 1 + n % 9, 'r' || 1 + n % 2, n, timestamptz '2024-09-05Z' + n * interval '3 days' from generate_series(1, 40) as n;
        insert into interaction (interaction_id, customer_id, sales_rep_id, duration_seconds, started_at) select 'i' || n, 'c' || 1 + n % 9, 'r' || 1 + n % 2, n, timestamptz '2024-09-05Z' + n * interval '3 days' from generate_series(1, 40) as n;
        insert into \"order\" (order_id, customer_id, sales_rep_id, ordered_at) select 'o' || n, 'c' || 1 + n % 9, 'r1', timestamptz '2024-09-05Z' + n * interval '3 days' from generate_series(1, 40) as n;
        insert into order_line (order_line_id, order_id, product_id, quantity, amount) select 'l' || n, 'o' || n, 'p' || n % 4, n, n * 1.5 from generate_series(1, 40) as n;
        insert into subscription (subscription_id, customer_id, status, amount_cents, started_at, cancelled_at)
            select 's' || n, 'c' || 1 + n % 9, case when n % 3 = 0 then 'cancelled' else 'active' end, 100 * n, timestamptz '2024-09-05Z' + n * interval '3 days',
                case when n % 3 = 0 then timestamptz '2024-09-15Z' + n * interval '3 days' end
            from generate_series(1, 40) as n;";
    run(&mut source.connect().await, &(read("schema.sql") + rows)).await;
    let mut feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
    feed.spec.vanish_share_max = 1.0;
    feed.night("2025-01-20").await;
    (feed, [source, warehouse])
}

/// Rows of `mrr_flow_day` that the movements of its customers do not give, and the other way round.
const STALE_FLOW: &str = "
    with kept as (select day, movement, paying_since, customers, net_cents from cube.mrr_flow_day),
    fresh as (
        select day, movement, case when movement = 'churn' then paying_since else day end, count(*), sum(net_cents)::bigint
        from cube.mrr_movement_day group by 1, 2, 3)
    select 'kept ' || k::text from (table kept except table fresh) as k
    union all
    select 'fresh ' || f::text from (table fresh except table kept) as f";

#[tokio::test]
async fn after_every_night_a_rollup_is_what_its_days_add_up_to() {
    let (mut feed, [source, _warehouse]) = business().await;
    let mut operational = source.connect().await;
    let mut rng = Pcg64Mcg::seed_from_u64(7);
    let nights = ["2025-01-21", "2025-01-22", "2025-01-31", "2025-02-01", "2025-02-02", "2025-03-02"];
    for date in nights {
        for rollup in ROLLUPS {
            let (name, ..) = rollup;
            assert_eq!(stale_rows(&mut feed.warehouse, &rollup).await, Vec::<String>::new(), "before {date}");
            let months = format!("select distinct month::text from cube.{name}_month");
            assert!(answers(&mut feed.warehouse, &months).await.len() > 4, "{name}");
        }
        assert_eq!(answers(&mut feed.warehouse, STALE_FLOW).await, Vec::<String>::new(), "before {date}");
        let movements = answers(&mut feed.warehouse, "select distinct movement from cube.mrr_flow_day").await;
        assert!(movements.iter().any(|movement| movement == "churn") && movements.len() > 2, "{movements:?}");
        let mut n = || rng.random_range(1..=40);
        // Values, owners and stages change, days move to other months, the last row of a day goes, and new ones come.
        let changes = format!(
            "update deal set value_cents = value_cents + 500, updated_at = '{date}' where deal_id = 'd{}';
             update deal set stage = 'closed_won', actual_close_date = '{date}', updated_at = '{date}' where deal_id = 'd{}' and stage = 'lead';
             update deal set sales_rep_id = 'r2', updated_at = '{date}' where deal_id = 'd{}';
             delete from deal where deal_id = 'd{}';
             insert into deal (deal_id, customer_id, created_at) values ('new {date}', 'c1', '{date}');
             update interaction set started_at = started_at - interval '40 days', updated_at = '{date}' where interaction_id = 'i{}';
             update interaction set type = 'email', duration_seconds = null, updated_at = '{date}' where interaction_id = 'i{}';
             delete from interaction where interaction_id = 'i{}';
             update \"order\" set ordered_at = ordered_at + interval '35 days', updated_at = '{date}' where order_id = 'o{}';
             update \"order\" set status = 'cancelled', updated_at = '{date}' where order_id = 'o{}';
             update order_line set amount = amount + 0.25, quantity = quantity + 1, updated_at = '{date}' where order_line_id = 'l{}';
             delete from order_line where order_line_id = 'l{}';
             update subscription set amount_cents = amount_cents + 7, updated_at = '{date}' where subscription_id = 's{}';
             update subscription set status = 'cancelled', cancelled_at = '{date}', updated_at = '{date}' where subscription_id = 's{}' and status = 'active';
             delete from subscription where subscription_id = 's{}';",
            n(), n(), n(), n(), n(), n(), n(), n(), n(), n(), n(), n(), n(), n()
        );
        run(&mut operational, &changes).await;
        let report = feed.night(date).await;
        assert!(report.cube.rows_written > 0, "{date}");
    }
    for rollup in ROLLUPS {
        assert_eq!(stale_rows(&mut feed.warehouse, &rollup).await, Vec::<String>::new(), "after the last night");
    }
    assert_eq!(answers(&mut feed.warehouse, STALE_FLOW).await, Vec::<String>::new(), "after the last night");
}

#[tokio::test]
async fn a_rollup_that_is_not_what_its_days_add_up_to_holds_the_night_of_its_turn() {
    let (mut feed, _databases) = business().await;
    let first: chrono::NaiveDate = "2025-01-20".parse().expect("a date");
    for date in first.iter_days().take(28) {
        let sample = recompute_sample(&mut feed.warehouse, 1, date).await.expect("compares");
        assert_eq!(sample.stale, Vec::<String>::new(), "{}", sample.cube);
    }
    let faults = "update cube.deal_stock_month set deals = deals + 1 where month = (select min(month) from cube.deal_stock_month);
        delete from cube.product_month where month = (select min(month) from cube.product_month);
        update cube.product_pair_month set orders = orders + 1;
        update cube.mrr_flow_day set net_cents = net_cents + 1 where day = (select min(day) from cube.mrr_flow_day);
        insert into cube.interaction_month values (1, '1980-01-01', 'call', 'none', 0, 1, 1, 1)";
    run(&mut feed.warehouse, faults).await;
    let mut held = Vec::new();
    for date in first.iter_days().take(28) {
        if let Err(MetricError::Identity { violations, .. }) = check_cubes(&mut feed.warehouse, 1, date).await {
            held.extend(violations.into_iter().map(|v| (v.identity, v.detail)));
        }
    }
    held.sort();
    let cubes: Vec<&str> = held.iter().filter_map(|(identity, _)| identity.split(' ').next()).collect();
    let faulty = ["deal_stock_month", "interaction_month", "mrr_flow_day", "product_month", "product_pair_month"];
    assert_eq!(cubes, faulty.map(|cube| format!("cube.{cube}")), "{held:?}");
    let [(_, stock), (_, interaction), (_, flow), (_, product), (_, pair)] = &held[..] else { panic!("{held:?}") };
    assert!(flow.contains("only kept: (1,2024-") && flow.contains("only in the cube: (1,2024-"), "{flow}");
    assert!(pair.contains("only kept: (1,2024-"), "{pair}");
    assert!(stock.contains("only kept: ") && stock.contains("only in the cube: "), "{stock}");
    assert!(interaction.contains("only kept: (1,1980-01-01,"), "{interaction}");
    assert!(product.contains("only in the cube: ") && !product.contains("only kept: "), "{product}");
}
