-- grain: one row per order date and product of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.product_day (tenant_key, day, product_key, lines, quantity, amount)
select $1::int, l.order_date, l.product_key, count(*), sum(l.quantity), sum(l.reporting_amount)
from star.fact_order_line as l
join star.fact_order as o on o.tenant_key = l.tenant_key and o.order_id = l.order_id
where l.tenant_key = $1::int and o.status <> 'cancelled'
    and l.order_date in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact in ('order', 'order_line'))
group by l.order_date, l.product_key
-- In the order of the key: the rows of a day lie together, for the nights that replace it and for what reads it.
order by 2, 3
