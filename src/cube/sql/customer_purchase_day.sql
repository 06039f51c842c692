-- grain: one row per day, customer and kind of purchase of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.customer_purchase_day (tenant_key, day, customer_id, kind, purchases, amount_cents)
with touched as (
    select distinct t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact in ('deal', 'order')
),

purchase as (
    select d.actual_close_date as day, c.customer_id, 'deal' as kind, d.reporting_cents::numeric as cents
    from star.fact_deal as d
    join star.dim_customer as c on c.customer_key = d.customer_key
    where d.tenant_key = $1::int and d.is_won and d.customer_key > 0 and d.actual_close_date in (select day from touched)
    union all
    select o.order_date, o.customer_id, 'order', o.reporting_amount * 100
    from star.fact_order as o
    where o.tenant_key = $1::int and o.status <> 'cancelled' and o.customer_id is not null and o.order_date in (select day from touched)
)

select $1::int, p.day, p.customer_id, p.kind, count(*), sum(p.cents)
from purchase as p
group by p.day, p.customer_id, p.kind
-- In the order of the key: the rows of a day lie together, for the nights that replace it and for what reads it.
order by 2, 3, 4
