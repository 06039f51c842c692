-- grain: one row: orders of the window · $1 tenant_key, $2 until, $3 from · re-run: pure read
with placed as (
    select (o.fulfilled_at at time zone 'UTC')::date - o.order_date as days
    from star.fact_order as o
    where o.tenant_key = $1::int and o.status <> 'cancelled' and o.order_date >= $3::date and o.order_date < $2::date
)

select count(*), count(p.days), count(*), sum(p.days)::bigint, count(p.days),
    (percentile_disc(0.5) within group (order by p.days))::bigint, (percentile_disc(0.9) within group (order by p.days))::bigint
from placed as p
