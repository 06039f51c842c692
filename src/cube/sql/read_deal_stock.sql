-- grain: one row per span between two of the days asked for, stage and owner's id · $1 tenant_key, $2 the days, ascending · re-run: pure read
-- A stock is the sum of what moved before a day, and is asked for on few days: a span is told by the day on which it begins.
with edge as (
    select $2::date[] as days
),

moved as (
    select width_bucket(q.day, e.days) as span, q.stage, q.sales_rep_key, sum(q.deals)::bigint as deals, sum(q.value_cents)::bigint as value_cents,
        sum(q.weighted_cents)::bigint as weighted_cents, sum(q.probability)::bigint as probability, sum(q.entered_day_sum)::bigint as entered_day_sum
    from cube.deal_stock_day as q
    cross join edge as e
    where q.tenant_key = $1::int
    group by 1, 2, 3
)

select case m.span when 0 then e.days[1] - 1 else e.days[m.span] end as day, m.stage, r.sales_rep_id, m.deals, m.value_cents, m.weighted_cents, m.probability, m.entered_day_sum
from moved as m
cross join edge as e
join star.dim_sales_rep as r on r.sales_rep_key = m.sales_rep_key
order by 1
