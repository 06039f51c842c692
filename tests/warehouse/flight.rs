//! First loads that come in flight, without staging: they say what the staged way says.

use sqlx::{AssertSqlSafe, Connection, Row};
use vesper::load::EntityCount;

use super::case::{SOURCE, read};
use super::{Feed, NightReport};
use crate::support::cluster::{TestDatabase, empty_database, warehouse_database};

/// Whom the rows name: customers with a history, and reps and companies.
const MEMBERS: &str = "
    insert into sales_rep (sales_rep_id) select 'r' || n from generate_series(0, 4) as n;
    insert into company (company_id) select 'f' || n from generate_series(0, 2) as n;
    insert into customer (customer_id, sales_rep_id, company_id, status, created_at, converted_at, churned_at, updated_at)
    select 'c' || n, 'r' || n % 5, 'f' || n % 3, (array['lead', 'customer', 'churned'])[1 + n % 3], '2024-03-01', case when n % 3 > 0 then timestamptz '2024-06-01' end,
        case when n % 3 = 2 then timestamptz '2024-09-01' end, '2024-10-01'
    from generate_series(1, 40) as n;";

/// Deals and interactions of every kind that the contract knows, sound and not.
const EVENTS: &str = "
    insert into deal (deal_id, customer_id, company_id, sales_rep_id, name, value_cents, list_price_cents, currency, stage, probability, source, expected_close_date, actual_close_date, close_reason, created_at, updated_at, deleted_at)
    select 'd' || n, case n % 50 when 0 then null when 1 then 'nobody knows ' || n % 3 else 'c' || 1 + n % 40 end, case when n % 4 > 0 then 'f' || n % 3 end,
        case n % 60 when 0 then null when 1 then 'a new rep' else 'r' || n % 5 end, 'Deal ' || n, case when n % 500 = 3 then -1 else n * 100 end, case when n % 7 = 0 then n * 110 end,
        (array['USD', 'USD', 'USD', 'EUR', 'XXX'])[1 + (n % 100 = 7)::int * 3 + (n % 900 = 8)::int * 4], stage, case when n % 3 = 0 then n % 101 end, case when n % 2 = 0 then 'inbound' end,
        case when n % 5 = 0 then date '2025-03-01' end, case when stage like 'closed%' and n % 300 <> 4 then (at + interval '30 days')::date when n % 11 = 0 then date '2025-01-01' end,
        case when n % 13 = 0 then 'price' end, case when n % 700 = 5 then timestamptz '-infinity' else at end,
        case n % 6 when 0 then null when 1 then at - interval '3 days' else at + interval '3 days' end, case when n % 90 = 0 then at + interval '50 days' end
    from generate_series(1, 6000) as n
    cross join lateral (select timestamptz '2024-01-15' + n * interval '1 hour' as at, (array['lead', 'qualified', 'proposal', 'negotiation', 'closed_won', 'closed_lost', 'won'])[1 + n % 6 + (n % 800 = 6)::int * (6 - n % 6)] as stage) as t;
    insert into interaction (interaction_id, customer_id, sales_rep_id, type, direction, outcome, started_at, duration_seconds, is_follow_up_required, follow_up_at, deleted_at)
    select 'i' || n, case n % 50 when 0 then null when 1 then 'nobody knows ' || n % 4 else 'c' || 1 + n % 40 end, case n % 60 when 0 then null when 1 then 'another new rep' else 'r' || n % 5 end,
        case when n % 600 = 2 then 'fax' else (array['call', 'email', 'meeting', 'note'])[1 + n % 4] end, case when n % 9 > 0 then 'inbound' end, case when n % 3 > 0 then 'successful' end,
        case when n % 700 = 3 then timestamptz 'infinity' when n % 701 = 3 then timestamptz '1970-01-01' else timestamptz '2024-01-15 23:59:59.999999' + n * interval '1 hour' end,
        case when n % 2 = 0 then n - 4 end, case n % 8 when 0 then null when 1 then true else false end, case when n % 8 = 1 then timestamptz '2025-02-01' end,
        case when n % 77 = 0 then timestamptz '2025-01-02' end
    from generate_series(1, 6000) as n;";

/// What the star and the ledger say of them.
const TOLD: [&str; 6] = [
    "select (to_jsonb(d) - 'customer_key' - 'company_key' - 'sales_rep_key' || jsonb_build_object('customer', c.customer_id, 'since', c.valid_from, 'company', f.company_id, 'rep', r.sales_rep_id))::text
     from star.fact_deal as d join star.dim_customer as c using (customer_key) join star.dim_company as f on f.company_key = d.company_key join star.dim_sales_rep as r on r.sales_rep_key = d.sales_rep_key order by d.deal_id",
    "select (to_jsonb(i) - 'customer_key' - 'sales_rep_key' || jsonb_build_object('customer', c.customer_id, 'since', c.valid_from, 'rep', r.sales_rep_id))::text
     from star.fact_interaction as i join star.dim_customer as c using (customer_key) join star.dim_sales_rep as r on r.sales_rep_key = i.sales_rep_key order by i.interaction_id",
    "select to_jsonb(v)::text from star.fact_deal_stage as v order by v.deal_id, v.visit",
    "select concat_ws(' ', q.entity, q.entity_key, q.reason, q.row) from vesper.quarantine as q order by q.entity, q.entity_key",
    "select concat_ws(' ', c.customer_id, c.name, c.is_inferred) from star.dim_customer as c where c.tenant_key > 0 order by 1",
    "select concat_ws(' ', p.metric, p.slice, p.numerator, p.denominator) from metric.point as p join metric.current as c using (snapshot_id) order by 1",
];

async fn answers(feed: &mut Feed, sql: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut feed.warehouse).await;
    rows.unwrap_or_else(|e| panic!("{sql}: {e}")).iter().map(|r| r.get(0)).collect()
}

async fn run(database: &TestDatabase, sql: &str) {
    let mut connection = database.connect().await;
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await;
    done.unwrap_or_else(|e| panic!("{sql}: {e}"));
    connection.close().await.expect("says goodbye");
}

async fn feed_of(rows: &str) -> (Feed, [TestDatabase; 2]) {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    run(&source, &(read("schema.sql") + rows)).await;
    (Feed::new(warehouse.connect().await, &source.url(), SOURCE).await, [source, warehouse])
}

fn count_of<'r>(report: &'r NightReport, entity: &str) -> &'r EntityCount {
    report.load.counts.iter().find(|c| c.entity == entity).expect("it is read")
}

#[tokio::test]
async fn rows_that_come_in_flight_are_those_that_a_staged_night_makes() {
    let first = "insert into deal (deal_id, updated_at) values ('d0', '2024-12-02'); insert into interaction (interaction_id) values ('i0');";
    let (mut flown, _flown_databases) = feed_of(&[MEMBERS, first, EVENTS].concat()).await;
    let report = flown.night("2025-01-20").await;
    let (mut staged, staged_databases) = feed_of(&[MEMBERS, first].concat()).await;
    staged.night("2025-01-20").await;
    run(&staged_databases[0], EVENTS).await;
    let second = staged.night("2025-01-20").await;
    for entity in ["deal", "interaction"] {
        let (flown, staged) = (count_of(&report, entity), count_of(&second, entity));
        assert_eq!((flown.read, flown.loaded, flown.quarantined), (6_001, staged.loaded + 1, staged.quarantined));
        assert_eq!(flown.read, flown.loaded + flown.quarantined, "none is lost");
        assert!(flown.quarantined > 10, "{entity}");
    }
    for told in TOLD {
        let (flown, staged) = (answers(&mut flown, told).await, answers(&mut staged, told).await);
        assert!(flown.len() > 5, "{told}");
        let differing = flown.iter().zip(&staged).find(|(flown, staged)| flown != staged);
        assert!(flown.len() == staged.len() && differing.is_none(), "{told}\n{differing:#?}");
    }
    let balanced = "select entity from vesper.load_count where (source_live, source_amount) is distinct from (star_live, star_amount) or unequal is not null";
    assert_eq!(answers(&mut flown, balanced).await, Vec::<String>::new());
    let again = flown.night("2025-01-21").await;
    assert!(!again.load.has_changed(), "a second night finds nothing new");
}

#[tokio::test]
async fn a_key_that_occurs_twice_is_found_whether_its_rows_are_sound_or_not() {
    let events = "
        insert into deal (deal_id, customer_id) select 'd' || n, 'c1' from generate_series(1, 6000) as n;
        insert into interaction (interaction_id, customer_id) select 'i' || n, 'c1' from generate_series(1, 6000) as n;";
    for twice in [
        "insert into deal (deal_id, customer_id) values ('d17', 'c1'); insert into interaction (interaction_id) values ('i17');",
        "insert into deal (deal_id, value_cents) values ('d17', -1); insert into interaction (interaction_id, type) values ('i17', 'fax');",
    ] {
        let (mut feed, _databases) = feed_of(&[MEMBERS, events, twice].concat()).await;
        let report = feed.night("2025-01-20").await;
        for entity in ["deal", "interaction"] {
            let count = count_of(&report, entity);
            assert_eq!((count.read, count.loaded, count.quarantined), (6_001, 5_999, 2), "{entity}");
        }
        let reasons =
            answers(&mut feed, "select entity_key || ': ' || reason from vesper.quarantine order by entity_key").await;
        assert!(reasons.len() == 2 && reasons.iter().all(|reason| reason.contains("17: ")), "{reasons:?}");
        assert!(reasons.iter().all(|reason| reason.contains("occurs 2 times")), "{reasons:?}");
    }
}
