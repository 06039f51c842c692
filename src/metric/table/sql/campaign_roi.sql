-- grain: one row per campaign · $1 tenant_key, $2 until · re-run: pure read
-- A purchase is credited to the touches of its customer in the 90 days up to it; the credits of each rule sum to the purchases credited.
with purchase as (
    select q.customer_id, q.day, q.kind, q.amount_cents * t.gross_margin_percent / 100 as profit_cents
    from cube.customer_purchase_day as q
    join star.dim_tenant as t on t.tenant_key = q.tenant_key
    where q.tenant_key = $1::int and q.kind = case t.revenue_mode when 'deals' then 'deal' else 'order' end and q.day < $2::date
),

credit as (
    select f.campaign_key, p.profit_cents, row_number() over from_last as from_last, row_number() over from_first as from_first, count(*) over (partition by p.customer_id, p.day, p.kind) as touches
    from purchase as p
    join star.fact_campaign_touch as f on f.tenant_key = $1::int and f.customer_id = p.customer_id and f.deleted_at is null
        and f.touch_date <= p.day and f.touch_date > p.day - 90
    window from_last as (partition by p.customer_id, p.day, p.kind order by f.touched_at desc, f.campaign_touch_id desc),
        from_first as (partition by p.customer_id, p.day, p.kind order by f.touched_at, f.campaign_touch_id)
),

profit as (
    select c.campaign_key, round(coalesce(sum(c.profit_cents) filter (where c.from_last = 1), 0))::bigint as last_cents, count(*) filter (where c.from_last = 1) as conversions,
        round(coalesce(sum(c.profit_cents) filter (where c.from_first = 1), 0))::bigint as first_cents, round(sum(c.profit_cents / c.touches))::bigint as linear_cents
    from credit as c
    group by c.campaign_key
),

cost as (
    select f.campaign_key, sum(f.reporting_cents)::bigint as cents
    from star.fact_campaign_cost as f
    where f.tenant_key = $1::int and f.deleted_at is null and f.cost_date < $2::date
    group by f.campaign_key
),

touch as (
    select f.campaign_key, sum(f.touches)::bigint as touches, count(f.customer_id) as customers
    from (
        select n.campaign_key, n.customer_id, count(*) as touches
        from star.fact_campaign_touch as n
        where n.tenant_key = $1::int and n.deleted_at is null and n.touch_date < $2::date
        group by n.campaign_key, n.customer_id
    ) as f
    group by f.campaign_key
)

select k.campaign_id, k.name, coalesce(k.channel, 'none'), coalesce(c.cents, 0), coalesce(t.touches, 0), coalesce(t.customers, 0), coalesce(p.conversions, 0),
    coalesce(p.last_cents, 0), coalesce(p.last_cents, 0) - coalesce(c.cents, 0), coalesce(c.cents, 0),
    coalesce(p.first_cents, 0) - coalesce(c.cents, 0), coalesce(c.cents, 0), coalesce(p.linear_cents, 0) - coalesce(c.cents, 0), coalesce(c.cents, 0)
from star.dim_campaign as k
left join profit as p on p.campaign_key = k.campaign_key
left join cost as c on c.campaign_key = k.campaign_key
left join touch as t on t.campaign_key = k.campaign_key
-- A campaign that was deleted keeps what it brought.
where k.tenant_key = $1::int and (k.deleted_at is null or p.campaign_key is not null)
order by coalesce(p.last_cents, 0) desc, k.name, k.campaign_id
