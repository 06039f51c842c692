-- grain: one row per product in stock, the scarcest first, 200 at most · $1 tenant_key, $2 until · re-run: pure read
-- Demand: mean of the last 28 days. Turnover: 28 days of demand against the stock, a year. A stock-out is a day on which a place of it held nothing.
with level as (
    select v.durable_key as product_key, sum(i.on_hand)::bigint as on_hand, sum(i.reorder_point)::bigint as reorder_point
    from star.fact_inventory_day as i
    join star.dim_product as v on v.product_key = i.product_key
    where i.tenant_key = $1::int and i.valid_from < $2::date and (i.valid_until is null or i.valid_until >= $2::date)
    group by v.durable_key
),

demand as (
    select v.durable_key as product_key, sum(q.quantity)::bigint as quantity, sum(q.quantity * q.quantity)::numeric as squares
    from cube.product_day as q
    join star.dim_product as v on v.product_key = q.product_key
    where q.tenant_key = $1::int and q.day >= $2::date - 28 and q.day < $2::date
    group by v.durable_key
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
    -- d·L + z·√(L·σd²): a lead time of 14 days without variance, 95 % of cycles served.
    ceil(d.quantity * 14 / 28.0 + 1.6449 * sqrt(14 * greatest(0, d.squares / 28 - (d.quantity / 28.0) ^ 2)))::bigint,
    l.reorder_point
from level as l
join star.dim_product as p on p.product_key = l.product_key
left join demand as d on d.product_key = l.product_key
left join gone as g on g.product_key = l.product_key
order by case when coalesce(d.quantity, 0) = 0 then 1 else 0 end, l.on_hand::numeric / nullif(d.quantity, 0), p.product_id
limit 200
