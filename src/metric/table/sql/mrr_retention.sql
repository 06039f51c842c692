-- grain: one row: the customers who paid at the start of the window · $1 tenant_key, $2 until, $3 from · re-run: pure read
-- Each customer at the end against the same customer at the start, whatever happened in between.
with customer as (
    select q.customer_id, coalesce(sum(q.net_cents) filter (where q.day < $3::date), 0)::bigint as before, sum(q.net_cents)::bigint as now
    from cube.mrr_movement_day as q
    where q.tenant_key = $1::int and q.day < $2::date
    group by q.customer_id
)

select count(*), count(*) filter (where c.now > 0), count(*) filter (where c.now > 0), count(*), coalesce(sum(c.before), 0)::bigint, coalesce(sum(c.now), 0)::bigint,
    coalesce(sum(c.now), 0)::bigint, coalesce(sum(c.before), 0)::bigint, coalesce(sum(least(c.now, c.before)), 0)::bigint, coalesce(sum(c.before), 0)::bigint
from customer as c
where c.before > 0
