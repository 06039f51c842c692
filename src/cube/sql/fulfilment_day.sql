-- grain: one row per order date, whether fulfilled, and days until then, of the touched days; cancelled orders left out · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.fulfilment_day (tenant_key, day, is_fulfilled, days, orders)
select $1::int, o.order_date, o.fulfilled_at is not null, coalesce((o.fulfilled_at at time zone 'UTC')::date - o.order_date, 0), count(*)
from star.fact_order as o
where o.tenant_key = $1::int and o.status <> 'cancelled'
    and o.order_date in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'order')
group by 2, 3, 4
order by 2, 3, 4
