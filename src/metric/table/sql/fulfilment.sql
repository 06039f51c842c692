-- grain: one row: orders of the window · $1 tenant_key, $2 until, $3 from · re-run: pure read
with placed as (
    select q.is_fulfilled, q.days, sum(q.orders)::bigint as orders
    from cube.fulfilment_day as q
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
    group by q.is_fulfilled, q.days
),

counted as (
    select p.days, p.orders, sum(p.orders) over (order by p.days) as up_to, sum(p.orders) over () as n
    from placed as p
    where p.is_fulfilled
),

total as (
    select coalesce(sum(p.orders), 0)::bigint as orders from placed as p
)

-- The median and the 90th percentile are the days of the order of that rank.
select t.orders, coalesce(sum(c.orders), 0)::bigint, t.orders, sum(c.days * c.orders)::bigint, coalesce(sum(c.orders), 0)::bigint,
    (min(c.days) filter (where c.up_to >= c.n * 0.5))::bigint, (min(c.days) filter (where c.up_to >= c.n * 0.9))::bigint
from total as t
left join counted as c on true
group by t.orders
