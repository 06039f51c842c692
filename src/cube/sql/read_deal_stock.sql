-- grain: one row per span between two of the days asked for, stage and owner's id · $1 tenant_key, $2 the days, ascending · re-run: pure read
-- A stock is the sum of what moved before a day, and is asked for on few days: a span is told by the day on which it begins, the first by the day
-- before the first of them.
with edge as (
    select $2::date[] as days
),

span as (
    select coalesce(e.days[n.place], e.days[1] - 1) as day, coalesce(e.days[n.place], '-infinity') as from_day, coalesce(e.days[n.place + 1], 'infinity') as until_day
    from edge as e
    cross join generate_series(0, cardinality(e.days)) as n (place)
),

moved as (
    select s.day, q.stage, q.sales_rep_key, sum(q.deals)::bigint as deals, sum(q.value_cents)::bigint as value_cents, sum(q.weighted_cents)::bigint as weighted_cents,
        sum(q.probability)::bigint as probability, sum(q.entered_day_sum)::bigint as entered_day_sum
    from span as s
    cross join lateral cube.deal_stock_between($1::int, s.from_day, s.until_day) as q
    group by s.day, q.stage, q.sales_rep_key
)

select m.day, m.stage, r.sales_rep_id, m.deals, m.value_cents, m.weighted_cents, m.probability, m.entered_day_sum
from moved as m
join star.dim_sales_rep as r on r.sales_rep_key = m.sales_rep_key
order by 1
