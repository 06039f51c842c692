//! Monthly recurring revenue through nights of random moves: what a night saw stays what the star tells of its day.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::case::{SOURCE, read};
use super::{Feed, night_of};
use crate::support::cluster::{empty_database, warehouse_database};

/// Days of January 2025, one night each.
const DAYS: std::ops::RangeInclusive<u32> = 3..=12;

/// What happens at noon of a day: subscriptions begin, cost something else, pause, return, end, are taken back.
const MOVES: &str = "
    insert into subscription (subscription_id, customer_id, status, billing_period, amount_cents, currency, started_at, updated_at)
    select '{day}-' || g, 'c' || floor(random() * 8), (array['active', 'active', 'trial'])[1 + floor(random() * 3)::int],
        (array['monthly', 'quarterly', 'yearly'])[1 + floor(random() * 3)::int], 1 + floor(random() * 50000)::int,
        (array['USD', 'EUR'])[1 + floor(random() * 2)::int], '{noon}', '{noon}'
    from generate_series(1, 6) as g;
    update subscription set amount_cents = 1 + floor(random() * 50000)::int, updated_at = '{noon}' where random() < 0.2;
    update subscription set status = 'active', ended_at = null, updated_at = '{noon}' where status in ('paused', 'cancelled') and random() < 0.3;
    update subscription set status = 'active', trial_ended_at = '{noon}', updated_at = '{noon}' where status = 'trial' and random() < 0.3;
    update subscription set status = 'paused', updated_at = '{noon}' where status = 'active' and random() < 0.15;
    update subscription set status = 'cancelled', ended_at = '{noon}', updated_at = '{noon}'
    where status = 'active' and trial_ended_at is distinct from '{noon}' and random() < 0.15;
    update subscription set deleted_at = '{noon}' where deleted_at is null and random() < 0.03;";

/// What each customer pays for a month, told by the operational rows.
const PAID: &str = "
    select customer_id, sum(round(amount_cents * case currency when 'EUR' then 1.1 else 1 end
        / case billing_period when 'yearly' then 12 when 'quarterly' then 3 else 1 end))::bigint
    from subscription where status = 'active' and deleted_at is null group by customer_id";

/// Movements that do not follow from the ones before, or bear the wrong name.
const BROKEN: &str = "
    select count(*) from (
        select m.*, lag(m.closing_cents, 1, 0::bigint) over (partition by m.customer_id order by m.day) as before_cents,
            row_number() over (partition by m.customer_id order by m.day) as nth
        from star.fact_mrr_movement as m) as m
    where m.opening_cents <> m.before_cents or m.closing_cents < 0 or m.mrr_cents <= 0
        or m.closing_cents <> m.opening_cents + case when m.movement in ('churn', 'contraction') then -m.mrr_cents else m.mrr_cents end
        or (m.movement = 'new') <> (m.nth = 1) or (m.movement in ('new', 'reactivation')) <> (m.opening_cents = 0)
        or (m.movement = 'churn') <> (m.closing_cents = 0)";

/// Days on which the movements until then do not sum to what is paid for.
const UNTIED: &str = "
    select count(*) from star.dim_date as d where d.date between '2025-01-01' and '2025-01-12'
        and (select coalesce(sum(case when m.movement in ('churn', 'contraction') then -m.mrr_cents else m.mrr_cents end), 0)
            from star.fact_mrr_movement as m where m.day <= d.date)
        <> (select coalesce(sum(s.reporting_mrr_cents), 0) from star.fact_subscription_day as s where s.date = d.date)";

/// Days on which the cube does not stand where the spells do.
const UNCUBED: &str = "
    select count(*) from star.dim_date as d where d.date between '2024-12-01' and '2025-01-12'
        and (select coalesce(sum(q.mrr_cents), 0) || ' ' || coalesce(sum(q.subscriptions), 0) from cube.subscription_stock_day as q where q.day <= d.date)
        <> (select coalesce(sum(s.reporting_mrr_cents), 0) || ' ' || count(*) from star.fact_subscription_day as s where s.date = d.date)";

/// What the last snapshot says.
const PUBLISHED: &str = "
    select p.numerator::bigint from metric.point as p join metric.current as c on c.snapshot_id = p.snapshot_id
    where p.metric = 'mrr' and p.slice ->> 'window' = 'all'";

/// What the table `mrr_retention` tells, by following each customer who paid at the start of a window.
const FOLLOWED: &str = "
    with customer as (
        select coalesce(sum(q.net_cents) filter (where q.day < $3::date), 0)::bigint as before, sum(q.net_cents)::bigint as now
        from cube.mrr_movement_day as q
        where q.tenant_key = $1::int and q.day < $2::date
        group by q.customer_id)
    select count(*), count(*) filter (where now > 0), count(*) filter (where now > 0), count(*), coalesce(sum(before), 0)::bigint, coalesce(sum(now), 0)::bigint,
        coalesce(sum(now), 0)::bigint, coalesce(sum(before), 0)::bigint, coalesce(sum(least(now, before)), 0)::bigint, coalesce(sum(before), 0)::bigint
    from customer where before > 0";

/// Pairs of spells of one subscription that share a day.
const OVERLAPPING: &str = "
    select count(*) from star.fact_mrr_spell as a
    join star.fact_mrr_spell as b on b.subscription_id = a.subscription_id and b.valid_from >= a.valid_from
        and b.valid_from < coalesce(a.valid_until, 'infinity')
        and (a.valid_from, a.valid_until) is distinct from (b.valid_from, b.valid_until)";

#[tokio::test]
async fn what_a_night_saw_paid_stays_the_mrr_of_its_day_and_movements_tie_to_the_cent() {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let mut operational = source.connect().await;
    run(&mut operational, read("schema.sql")).await;
    run(&mut operational, "insert into customer (customer_id) select 'c' || g from generate_series(0, 7) as g".into())
        .await;
    run(&mut operational, "select setseed(0.29)".into()).await;
    let mut feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
    let mut seen = BTreeMap::new();
    for day in DAYS {
        let date = format!("2025-01-{day:02}");
        run(&mut operational, MOVES.replace("{day}", &day.to_string()).replace("{noon}", &format!("{date} 12:00Z")))
            .await;
        for row in sqlx::query(PAID).fetch_all(&mut operational).await.expect("what is paid") {
            seen.insert((date.clone(), row.get::<String, _>(0)), row.get::<i64, _>(1));
        }
        feed.night(&date).await;
        let paid: i64 = seen.iter().filter(|((on, _), _)| *on == date).map(|(_, cents)| cents).sum();
        assert_eq!(number(&mut feed.warehouse, PUBLISHED).await, paid, "published on {date}");
    }
    let told = "select date::text, customer_id, sum(reporting_mrr_cents)::bigint from star.fact_subscription_day group by 1, 2";
    let told = sqlx::query(told).fetch_all(&mut feed.warehouse).await.expect("the star");
    let told: BTreeMap<(String, String), i64> = told.iter().map(|r| ((r.get(0), r.get(1)), r.get(2))).collect();
    assert_eq!(told, seen);
    let movements = "select count(distinct movement) from star.fact_mrr_movement";
    assert_eq!(number(&mut feed.warehouse, movements).await, 5, "every kind of movement happened");
    for question in [BROKEN, UNTIED, UNCUBED, OVERLAPPING] {
        assert_eq!(number(&mut feed.warehouse, question).await, 0, "{question}");
    }

    let (retention, _) =
        vesper::metric::find_table("mrr_retention").expect("a table").statement().expect("a statement");
    for (from, until) in [(1, 12), (5, 6), (4, 9), (6, 12), (12, 12)] {
        let mut told = Vec::new();
        for statement in [retention, FOLLOWED] {
            let asked = sqlx::query(statement).bind(1).bind(night_of(&format!("2025-01-{until:02}")).business_date);
            let asked = asked.bind(night_of(&format!("2025-01-{from:02}")).business_date);
            let row = asked.fetch_one(&mut feed.warehouse).await.expect("one row");
            told.push((0..10).map(|column| row.get(column)).collect::<Vec<i64>>());
        }
        assert_eq!(told[0], told[1], "from {from} until {until}");
    }

    let terms = "select hashtextextended(string_agg(t::text, ';' order by t.subscription_id, t.since), 0) from star.fact_subscription_term as t";
    let before = number(&mut feed.warehouse, terms).await;
    feed.load(&night_of("2025-01-12")).await.expect("the source fits the contract");
    assert_eq!(number(&mut feed.warehouse, terms).await, before, "a second run keeps what the first one kept");
}

async fn run(connection: &mut PgConnection, statements: String) {
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(connection).await.expect("the statements run");
}

async fn number(connection: &mut PgConnection, question: &'static str) -> i64 {
    sqlx::query_scalar(question).fetch_one(connection).await.expect("an answer")
}
