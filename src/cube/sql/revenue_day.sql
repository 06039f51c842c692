-- grain: one row per day, mode, owner and tier of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.revenue_day (tenant_key, day, mode, sales_rep_key, tier, sales, amount_cents)
with touched as (
    select distinct t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact in ('deal', 'order', 'payment')
),

sale as (
    select d.actual_close_date as day, 'deals' as mode, d.sales_rep_key, d.customer_key, 1 as sales, d.reporting_cents::numeric as cents
    from star.fact_deal as d
    where d.tenant_key = $1::int and d.is_won and d.actual_close_date in (select day from touched)
    union all
    select o.order_date, 'orders', o.sales_rep_key, o.customer_key, 1, o.reporting_amount * 100
    from star.fact_order as o
    where o.tenant_key = $1::int and o.status = 'fulfilled' and o.order_date in (select day from touched)
    union all
    select p.payment_date, 'payments', 0, p.customer_key, 1, p.reporting_cents
    from star.fact_payment as p
    where p.tenant_key = $1::int and p.status in ('completed', 'refunded') and p.payment_date in (select day from touched)
    union all
    -- What is given back leaves on the day it is given back.
    select p.refund_date, 'payments', 0, p.customer_key, 0, -p.reporting_refunded_cents
    from star.fact_payment as p
    where p.tenant_key = $1::int and p.status in ('completed', 'refunded') and p.refund_date in (select day from touched)
)

select $1::int, s.day, s.mode, r.durable_key, c.tier, sum(s.sales), sum(s.cents)
from sale as s
join star.dim_customer as c on c.customer_key = s.customer_key
join star.dim_sales_rep as r on r.sales_rep_key = s.sales_rep_key
group by s.day, s.mode, r.durable_key, c.tier
-- In the order of the key: the rows of a day lie together, for the nights that replace it and for what reads it.
order by 2, 3, 4, 5
