-- grain: one row per order date with an order that holds a line, of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.basket_day (tenant_key, day, orders)
select $1::int, l.order_date, count(distinct l.order_id)
from star.fact_order_line as l
join star.fact_order as o on o.tenant_key = l.tenant_key and o.order_id = l.order_id
where l.tenant_key = $1::int and o.status <> 'cancelled'
    and l.order_date in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact in ('order', 'order_line'))
group by l.order_date
