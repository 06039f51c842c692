//! Nights that read what changed and no more: nothing of a change is lost, however it came about.

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use vesper::load::EntityCount;
use vesper::source::ChangeSpec;

use super::case::{SOURCE, read};
use super::{Feed, NightReport, night_of};
use crate::support::cluster::{TestDatabase, empty_database, warehouse_database};

async fn run(connection: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    done.unwrap_or_else(|e| panic!("{sql}: {e}"));
}

/// A source with twenty of everything, loaded once.
async fn loaded_feed() -> (Feed, [TestDatabase; 2]) {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let rows = "
        insert into sales_rep (sales_rep_id) values ('r1'), ('r2');
        insert into company (company_id, size) select 'f' || n, 'small' from generate_series(0, 3) as n;
        insert into product (product_id, category) select 'p' || n, 'toys' from generate_series(0, 3) as n;
        insert into customer (customer_id, sales_rep_id, company_id, updated_at) select 'c' || n, 'r1', 'f' || n % 4, '2025-01-01' from generate_series(1, 20) as n;
        insert into deal (deal_id, customer_id, sales_rep_id, value_cents, updated_at) select 'd' || n, 'c' || n, 'r1', n, '2025-01-01' from generate_series(1, 20) as n;
        insert into interaction (interaction_id, customer_id, sales_rep_id, updated_at) select 'i' || n, 'c' || n, 'r1', '2025-01-01' from generate_series(1, 20) as n;
        insert into \"order\" (order_id, customer_id, sales_rep_id) select 'o' || n, 'c' || n, 'r1' from generate_series(1, 20) as n;
        insert into order_line (order_line_id, order_id, product_id) select 'l' || n, 'o' || n, 'p' || n % 4 from generate_series(1, 20) as n;";
    let mut operational = source.connect().await;
    run(&mut operational, &(read("schema.sql") + rows)).await;
    operational.close().await.expect("says goodbye");
    let mut feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
    feed.spec.vanish_share_max = 1.0;
    feed.spec.changes = ChangeSpec::default();
    feed.night("2025-01-20").await;
    (feed, [source, warehouse])
}

fn count_of<'r>(report: &'r NightReport, entity: &str) -> &'r EntityCount {
    report.load.counts.iter().find(|c| c.entity == entity).expect("it is read")
}

async fn answers(feed: &mut Feed, sql: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut feed.warehouse).await;
    rows.unwrap_or_else(|e| panic!("{sql}: {e}")).iter().map(|r| r.get(0)).collect()
}

#[tokio::test]
async fn a_night_in_which_the_source_wrote_nothing_reads_no_row_of_its_tables() {
    let (mut feed, _databases) = loaded_feed().await;
    let report = feed.night("2025-01-21").await;
    let read: Vec<&EntityCount> = report.load.counts.iter().filter(|c| c.read > 0).collect();
    assert!(read.iter().all(|c| c.entity == "fx_rate"), "only the file of the rates is read: {read:?}");
    assert!(!report.load.has_changed());
    let whys = answers(
        &mut feed,
        "select distinct reach from vesper.load_count where business_date = '2025-01-21' order by 1",
    )
    .await;
    assert_eq!(whys, ["nothing: the source wrote no row", "whole: a file"]);
}

#[tokio::test]
async fn a_night_reads_the_rows_that_transactions_since_the_last_one_wrote() {
    let (mut feed, databases) = loaded_feed().await;
    let mut late = databases[0].connect().await;
    // Stamped before the night, committed after it; inside a savepoint, whose transaction id is another one.
    run(&mut late, "begin; update deal set value_cents = 777 where deal_id = 'd1'; savepoint s; update deal set value_cents = 888 where deal_id = 'd2'; release savepoint s").await;
    let mut operational = databases[0].connect().await;
    run(&mut operational, "update deal set value_cents = 999 where deal_id = 'd3'").await;
    let report = feed.night("2025-01-21").await;
    assert_eq!(count_of(&report, "deal").loaded, 1, "its updated_at did not move");
    let reach = answers(
        &mut feed,
        "select reach from vesper.load_count where entity = 'deal' and business_date = '2025-01-21'",
    )
    .await;
    assert!(reach[0].starts_with("rows written since transaction "), "{reach:?}");
    run(&mut late, "commit").await;
    run(&mut operational, "insert into deal (deal_id, value_cents) values ('d21', 5); update deal set deleted_at = '2025-01-21' where deal_id = 'd4'; delete from deal where deal_id = 'd5'").await;
    let report = feed.night("2025-01-22").await;
    let deals = count_of(&report, "deal");
    // Rows as young as any transaction that was open then are read once more: how many is other sessions' doing.
    assert_eq!((deals.loaded, deals.deleted, deals.read - deals.unchanged), (4, 1, 4));
    let values = answers(
        &mut feed,
        "select deal_id || ' ' || value_cents from star.fact_deal where value_cents > 100 order by 1",
    )
    .await;
    assert_eq!(values, ["d1 777", "d2 888", "d3 999"]);
    let gone = answers(&mut feed, "select deal_id from star.fact_deal where deleted_at is not null order by 1").await;
    assert_eq!(gone, ["d4", "d5"]);
    let tombstone = answers(&mut feed, "select deleted_at::text from star.fact_deal where deal_id = 'd5'").await;
    run(&mut operational, "insert into deal (deal_id, value_cents) values ('d5', 6)").await;
    let again = feed.night("2025-01-23").await;
    assert_eq!(count_of(&again, "deal").loaded, 1, "the row that came back");
    let gone = answers(&mut feed, "select deal_id from star.fact_deal where deleted_at is not null").await;
    assert_eq!((gone, tombstone.len()), (vec!["d4".to_owned()], 1));
}

#[tokio::test]
async fn rows_follow_their_customer_and_lines_their_order_although_nobody_touched_them() {
    let (mut feed, databases) = loaded_feed().await;
    let mut operational = databases[0].connect().await;
    run(&mut operational, "update customer set tier = 'pro', updated_at = '2025-01-21 10:00Z' where customer_id = 'c1'; update \"order\" set ordered_at = '2025-01-15' where order_id = 'o2'").await;
    let report = feed.night("2025-01-21").await;
    assert_eq!(count_of(&report, "order_line").loaded, 1);
    let tiers = answers(&mut feed, "select c.tier from star.fact_deal as d join star.dim_customer as c using (customer_key) where d.deal_id = 'd1'").await;
    assert_eq!(tiers, ["pro"], "an open deal is of the customer as they are now");
    let tiers = answers(&mut feed, "select c.tier from star.fact_interaction as i join star.dim_customer as c using (customer_key) where i.interaction_id = 'i1'").await;
    assert_eq!(tiers, ["basic"], "a contact is of the customer as they were then");
    let days = answers(
        &mut feed,
        "select order_date::text from star.fact_order_line where order_line_id in ('l1', 'l2') order by order_line_id",
    )
    .await;
    assert_eq!(days, ["2025-01-10", "2025-01-15"]);
}

#[tokio::test]
async fn a_row_in_quarantine_is_tried_again_although_the_source_did_not_touch_it() {
    let (mut feed, databases) = loaded_feed().await;
    let mut operational = databases[0].connect().await;
    run(&mut operational, "insert into order_line (order_line_id, order_id) values ('l21', 'o21'); insert into interaction (interaction_id, type) values ('i21', 'telepathy'), (null, 'call')").await;
    let report = feed.night("2025-01-21").await;
    assert_eq!((count_of(&report, "order_line").quarantined, count_of(&report, "interaction").quarantined), (1, 2));
    run(&mut operational, "insert into \"order\" (order_id) values ('o21')").await;
    operational.close().await.expect("says goodbye");
    let report = feed.night("2025-01-22").await;
    let (lines, contacts) = (count_of(&report, "order_line"), count_of(&report, "interaction"));
    assert_eq!((lines.loaded, lines.quarantined), (1, 0), "its order has come");
    assert_eq!((contacts.loaded, contacts.quarantined), (0, 2), "what is still wrong is told again");
    let kept = answers(&mut feed, "select entity || ' ' || entity_key from vesper.quarantine order by 1").await;
    assert_eq!(kept, ["interaction i21", "interaction null"]);
}

#[tokio::test]
async fn a_restored_source_and_another_query_are_compared_whole_and_it_is_told() {
    let (mut feed, databases) = loaded_feed().await;
    let ledger = [
        ("xid = xid + 4000000000", "is older than mark"),
        ("identity = 'system 1 timeline 1 database 1'", "the source was system 1 timeline 1 database 1, and is system"),
        ("definition = 'another'", "its query, its contract or its currency changed"),
    ];
    for (change, why) in ledger {
        run(&mut feed.warehouse, &format!("update vesper.source_mark set {change} where entity = 'deal'")).await;
        let report = feed.night("2025-01-21").await;
        assert_eq!((count_of(&report, "deal").read, count_of(&report, "deal").unchanged), (20, 20), "{why}");
        let told = answers(
            &mut feed,
            "select reach from vesper.load_count where entity = 'deal' order by load_count_id desc limit 1",
        )
        .await;
        assert!(told[0].starts_with("whole: ") && told[0].contains(why), "{told:?}");
    }
    drop(databases);
}

#[tokio::test]
async fn updated_at_is_read_with_its_overlap_and_once_a_week_every_transaction_and_key() {
    let (mut feed, databases) = loaded_feed().await;
    let changes = "[changes]\ndeal = \"updated_at\"\n";
    feed.spec = vesper::source::SourceSpec::parse(
        "source",
        &[("source/source.toml".into(), changes.into()), ("source/deal.sql".into(), "select * from deal".into())],
        &[],
        "USD",
    )
    .expect("a source");
    feed.spec.vanish_share_max = 1.0;
    feed.night("2025-01-21").await;
    let mut operational = databases[0].connect().await;
    run(&mut operational, "update deal set value_cents = 500, updated_at = now() - interval '30 minutes' where deal_id = 'd1'; update deal set value_cents = 600 where deal_id = 'd2'").await;
    let report = feed.night("2025-01-22").await;
    assert_eq!(
        count_of(&report, "deal").read,
        1,
        "the stamp of the other one did not move, and no column asks for its transaction"
    );
    run(&mut feed.warehouse, "update vesper.source_mark set compared_at = compared_at - interval '8 days'").await;
    let report = feed.night("2025-01-23").await;
    assert_eq!(count_of(&report, "deal").loaded, 1);
    let values = answers(
        &mut feed,
        "select value_cents::text from star.fact_deal where deal_id in ('d1', 'd2') order by deal_id",
    )
    .await;
    assert_eq!(values, ["500", "600"]);
}

#[tokio::test]
async fn a_query_that_drifted_holds_what_names_it_and_the_rest_is_loaded() {
    let (mut feed, databases) = loaded_feed().await;
    let mut operational = databases[0].connect().await;
    run(&mut operational, "update deal set value_cents = 500; update interaction set duration_seconds = 60; alter table deal rename stage to step")
        .await;
    let report = feed.load(&night_of("2025-01-21")).await.expect("the rest is loaded");
    let loaded = |entity| report.counts.iter().find(|c| c.entity == entity).expect("it is told").loaded;
    assert_eq!((loaded("interaction"), loaded("deal")), (20, 0));
    assert!(report.drift.iter().any(|d| d.contains("column stage (text) is missing")), "{:?}", report.drift);
    let held = "select entity || ': ' || reach from vesper.load_count where reach like 'not read%' order by 1";
    assert_eq!(
        answers(&mut feed, held).await,
        [
            "deal: not read: its query does not fit the contract",
            "deal_stage_change: not read: it names deal, which was not read"
        ]
    );
    run(&mut operational, "alter table deal rename step to stage").await;
    let report = feed.night("2025-01-21").await;
    assert_eq!(count_of(&report, "deal").loaded, 20, "nothing of what happened meanwhile is lost");
    assert!(report.load.drift.is_empty());
}

#[tokio::test]
async fn the_keys_of_a_large_first_load_are_made_after_its_rows_and_are_all_there() {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let mut operational = source.connect().await;
    let rows = "insert into customer (customer_id) select 'c' || n from generate_series(1, 6000) as n;
        insert into deal (deal_id, customer_id) select 'd' || n, 'c' || n from generate_series(1, 6000) as n;
        insert into interaction (interaction_id, customer_id) select 'i' || n, 'c1' from generate_series(1, 50000) as n;";
    run(&mut operational, &(read("schema.sql") + rows)).await;
    let mut feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
    let keys = "select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'star'::regnamespace
        union all select indexdef from pg_indexes where schemaname = 'star' order by 1";
    let before = answers(&mut feed, keys).await;
    let report = feed.night("2025-01-20").await;
    for (entity, rows) in [("customer", 6_000), ("deal", 6_000), ("interaction", 50_000)] {
        assert_eq!(count_of(&report, entity).loaded, rows, "{entity}");
    }
    assert_eq!(answers(&mut feed, keys).await, before);
    for key in ["fact_deal_stage_pkey", "dim_customer_versions_disjoint", "fact_interaction_day"] {
        assert!(before.iter().any(|line| line.contains(key)), "{key}");
    }
}

/// What the star says of everything that does not depend on when it was seen.
const TIMELESS: [&str; 7] = [
    "select concat_ws(' ', d.deal_id, c.customer_id, d.value_cents, d.stage, d.created_at, d.actual_close_date, d.is_won, d.is_lost, case when not (d.is_won or d.is_lost) then r.sales_rep_id end)
     from star.fact_deal as d join star.dim_customer as c using (customer_key) join star.dim_sales_rep as r on r.sales_rep_key = d.sales_rep_key where d.deleted_at is null order by 1",
    "select concat_ws(' ', i.interaction_id, i.customer_id, r.sales_rep_id, i.type, i.started_at, i.duration_seconds)
     from star.fact_interaction as i join star.dim_sales_rep as r using (sales_rep_key) where i.deleted_at is null order by 1",
    "select concat_ws(' ', o.order_id, o.customer_id, o.amount, o.order_date, o.reporting_amount) from star.fact_order as o where o.deleted_at is null order by 1",
    "select concat_ws(' ', l.order_line_id, l.order_id, l.order_date, l.amount, c.customer_id, p.product_id)
     from star.fact_order_line as l join star.dim_customer as c using (customer_key) join star.dim_product as p using (product_key) where l.deleted_at is null order by 1",
    "select concat_ws(' ', r.sales_rep_id, r.name, r.is_active) from star.dim_sales_rep as r where r.is_current and r.tenant_key > 0 and r.deleted_at is null order by 1",
    "select concat_ws(' ', p.product_id, p.name, p.category, p.brand) from star.dim_product as p where p.is_current and p.tenant_key > 0 order by 1",
    "select concat_ws(' ', c.customer_id, c.tier, r.sales_rep_id, r.is_active, f.company_id, f.size) from star.dim_customer as c
     join star.dim_sales_rep as r using (sales_rep_key) join star.dim_company as f on f.company_key = c.company_key where c.is_current and c.tenant_key > 0 and c.deleted_at is null order by 1",
];

/// One thing that happens to an operational database.
fn operation(dice: &mut Pcg64Mcg, night: usize, step: usize) -> String {
    let n = dice.random_range(1..=24);
    let at = format!("2025-01-{:02} {:02}:00Z", 20 + night, step % 24);
    let (stage, closed) =
        [("lead", false), ("proposal", false), ("closed_won", true), ("closed_lost", true)][dice.random_range(0..4)];
    let closed = if closed { "'2025-01-19'" } else { "null" };
    let touch = if dice.random_range(0..2) == 0 { format!(", updated_at = '{at}'") } else { String::new() };
    match dice.random_range(0..17) {
        0 => format!(
            "insert into deal (deal_id, customer_id, sales_rep_id, updated_at) select 'd{n}', 'c{n}', 'r1', '{at}' where not exists (select from deal where deal_id = 'd{n}')"
        ),
        1 => format!("update deal set stage = '{stage}', actual_close_date = {closed}{touch} where deal_id = 'd{n}'"),
        2 => format!("update deal set sales_rep_id = 'r2'{touch} where deal_id = 'd{n}'"),
        3 => format!("update deal set deleted_at = '{at}'{touch} where deal_id = 'd{n}'"),
        4 => format!("update deal set deleted_at = null{touch} where deal_id = 'd{n}'"),
        5 => format!("delete from deal where deal_id = 'd{n}'"),
        6 => format!("update customer set tier = 'enterprise', sales_rep_id = 'r2'{touch} where customer_id = 'c{n}'"),
        7 => format!(
            "insert into interaction (interaction_id, customer_id, sales_rep_id) values ('n{night}-{step}', 'c{n}', 'r1'); delete from interaction where interaction_id = 'i{n}'"
        ),
        8 => format!("update interaction set duration_seconds = {step}{touch} where interaction_id = 'i{n}'"),
        9 => format!("update \"order\" set ordered_at = '2025-01-{:02}'{touch} where order_id = 'o{n}'", 1 + n % 19),
        13 => format!("update sales_rep set is_active = not is_active{touch} where sales_rep_id = 'r{}'", 1 + n % 2),
        14 => format!("update sales_rep set name = 'Rep {step}'{touch} where sales_rep_id = 'r{}'", 1 + n % 2),
        15 => {
            format!("update company set size = '{stage}', name = 'Firm {step}'{touch} where company_id = 'f{}'", n % 4)
        }
        16 => format!(
            "update product set category = '{stage}'{touch} where product_id = 'p{0}'; update customer set company_id = 'f{0}'{touch} where customer_id = 'c{n}'",
            n % 4
        ),
        10 => format!("delete from order_line where order_id = 'o{n}'; delete from \"order\" where order_id = 'o{n}'"),
        11 => format!(
            "insert into \"order\" (order_id, customer_id) select 'o{n}', 'c{n}' where not exists (select from \"order\" where order_id = 'o{n}'); insert into order_line (order_line_id, order_id, product_id) values ('m{night}-{step}', 'o{n}', 'p{}')",
            n % 5
        ),
        _ => format!(
            "update \"order\" set deleted_at = case when deleted_at is null then timestamptz '{at}' end{touch} where order_id = 'o{n}'"
        ),
    }
}

#[tokio::test]
async fn any_history_of_nights_leaves_the_star_as_one_that_is_built_from_nothing() {
    for seed in [1, 2, 3] {
        let (mut feed, databases) = loaded_feed().await;
        let mut dice = Pcg64Mcg::seed_from_u64(seed);
        let mut operational = databases[0].connect().await;
        let mut late = databases[0].connect().await;
        for night in 1..=6 {
            // What one transaction does before the night it commits after; the other one waits for no row of it.
            run(&mut late, &format!("begin; insert into deal (deal_id, customer_id, sales_rep_id, updated_at) values ('late{night}', 'c{night}', 'r1', '2025-01-01'); savepoint s; insert into interaction (interaction_id, customer_id) values ('late{night}', 'c{night}'); release savepoint s")).await;
            for step in 0..20 {
                run(&mut operational, &operation(&mut dice, night, step)).await;
            }
            feed.night(&format!("2025-01-{}", 20 + night)).await;
            run(&mut late, "commit").await;
        }
        feed.night("2025-01-27").await;
        let broken = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/oracle/integrity.sql"));
        let broken = answers(&mut feed, &broken.expect("the promises of the star")).await;
        assert!(broken.is_empty(), "seed {seed}:\n{}", broken.join("\n"));

        let anew = warehouse_database().await;
        let (source, spec, kpis) = (feed.source.clone(), feed.spec.clone(), feed.kpis.clone());
        let mut from_nothing = Feed { warehouse: anew.connect().await, source, spec, kpis };
        from_nothing.load(&night_of("2025-01-27")).await.expect("the source fits the contract");
        for query in TIMELESS {
            let (kept, built) = (answers(&mut feed, query).await, answers(&mut from_nothing, query).await);
            assert!(!built.is_empty(), "{query}");
            assert_eq!(kept, built, "seed {seed}");
        }
    }
}
