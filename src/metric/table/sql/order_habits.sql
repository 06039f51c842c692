-- grain: one row: buyers up to the end of the window · $1 tenant_key, $2 until · re-run: pure read
-- Days between orders are those between consecutive days of ordering, of customers who ordered on more than one.
with bought as (
    select q.customer_id, q.day, q.purchases, q.day - lag(q.day) over (partition by q.customer_id order by q.day) as gap
    from cube.customer_purchase_day as q
    where q.tenant_key = $1::int and q.kind = 'order' and q.day < $2::date
),

buyer as (
    select b.customer_id, sum(b.purchases) as orders from bought as b group by b.customer_id
),

gaps as (
    select percentile_cont(0.5) within group (order by b.gap) as median from bought as b where b.gap is not null
)

select count(*), count(*) filter (where b.orders > 1), count(*) filter (where b.orders > 1), count(*), sum(b.orders)::bigint, count(*),
    (select round(g.median * 2)::bigint from gaps as g), 2::bigint
from buyer as b
