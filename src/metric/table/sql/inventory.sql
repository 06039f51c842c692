-- grain: one row per product in stock, the scarcest first, 200 at most · $1 tenant_key, $2 until · re-run: pure read
-- Demand: mean of the last 28 days. Turnover: 28 days of demand against the stock, a year. A stock-out is a day on which a place of it held nothing.
with level as (
    select v.durable_key as product_key, sum(i.on_hand)::bigint as on_hand, sum(i.reorder_point)::bigint as reorder_point
    from star.fact_inventory_day as i
    join star.dim_product as v on v.product_key = i.product_key
    where i.tenant_key = $1::int and i.valid_from < $2::date and (i.valid_until is null or i.valid_until >= $2::date)
    group by v.durable_key
),

-- Two versions of a product on one day are one demand of that day.
daily as (
    select v.durable_key as product_key, q.day, sum(q.quantity)::bigint as quantity
    from cube.product_day as q
    join star.dim_product as v on v.product_key = q.product_key
    where q.tenant_key = $1::int and q.day >= $2::date - 28 and q.day < $2::date
    group by v.durable_key, q.day
),

-- The deviation of a sample of 28 days; a day that is not there is a day without demand.
demand as (
    select d.product_key, sum(d.quantity)::bigint as quantity, sum(d.quantity) / 28.0 as mean,
        greatest(0, sum(d.quantity::numeric ^ 2) - sum(d.quantity) ^ 2 / 28) / 27 as variance
    from daily as d
    group by d.product_key
),

-- L, σL² and the normal quantile of the share of cycles to be served.
supply as (
    select t.lead_time_days as days, t.lead_time_deviation_days::numeric ^ 2 as variance,
        case t.service_percent when 90 then 1.281552 when 98 then 2.053749 when 99 then 2.326348 else 1.644854 end as z
    from star.dim_tenant as t
    where t.tenant_key = $1::int
),

gone as (
    select v.durable_key as product_key, sum(least(coalesce(i.valid_until, $2::date), $2::date) - greatest(i.valid_from, $2::date - 28))::bigint as days
    from star.fact_inventory_day as i
    join star.dim_product as v on v.product_key = i.product_key
    where i.tenant_key = $1::int and i.on_hand <= 0 and i.valid_from < $2::date and coalesce(i.valid_until, $2::date) > $2::date - 28
    group by v.durable_key
)

select p.product_id, p.name, l.on_hand, coalesce(d.quantity, 0), 28::bigint, l.on_hand * 28, coalesce(d.quantity, 0), coalesce(d.quantity, 0) * 365, nullif(l.on_hand, 0) * 28,
    coalesce(g.days, 0),
    round(sqrt(d.variance) * 1e6)::bigint, case when d.product_key is not null then 1000000::bigint end,
    ceil(f.stock)::bigint, ceil(round(d.quantity * s.days / 28.0 + f.stock, 9))::bigint,
    l.reorder_point
from level as l
join star.dim_product as p on p.product_key = l.product_key
cross join supply as s
left join demand as d on d.product_key = l.product_key
cross join lateral (select s.z * sqrt(s.days * d.variance + d.mean ^ 2 * s.variance)) as f (stock)
left join gone as g on g.product_key = l.product_key
order by case when coalesce(d.quantity, 0) = 0 then 1 else 0 end, l.on_hand::numeric / nullif(d.quantity, 0), p.product_id
limit 200
