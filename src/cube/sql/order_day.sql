-- grain: one row per order date, status and rep of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.order_day (tenant_key, day, status, sales_rep_key, orders, amount)
select $1::int, o.order_date, o.status, r.durable_key, count(*), sum(o.reporting_amount)
from star.fact_order as o
join star.dim_sales_rep as r on r.sales_rep_key = o.sales_rep_key
where o.tenant_key = $1::int
    and o.order_date in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'order')
group by o.order_date, o.status, r.durable_key
-- In the order of the key: the rows of a day lie together, for the nights that replace it and for what reads it.
order by 2, 3, 4
