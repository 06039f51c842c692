-- grain: one row: buyers up to the end of the window · $1 tenant_key, $2 until · re-run: pure read
-- Days between orders are those between consecutive days of ordering, of customers who ordered on more than one.
with bought as (
    select q.purchases, q.day - lag(q.day) over by_customer as gap, lead(q.day) over by_customer is not null as is_followed
    from cube.customer_purchase_day as q
    where q.tenant_key = $1::int and q.kind = 'order' and q.day < $2::date
    window by_customer as (partition by q.customer_id order by q.day)
),

-- A buyer is told by the first day, on which there is no gap yet.
told as (
    select count(*) filter (where b.gap is null) as buyers, count(*) filter (where b.gap is null and (b.purchases > 1 or b.is_followed)) as repeaters,
        sum(b.purchases)::bigint as orders, percentile_cont(0.5) within group (order by b.gap) as median
    from bought as b
)

select t.buyers, t.repeaters, t.repeaters, t.buyers, t.orders, t.buyers, round(t.median * 2)::bigint, 2::bigint
from told as t
