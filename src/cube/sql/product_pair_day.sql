-- grain: one row per order date and pair of products of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.product_pair_day (tenant_key, day, product_key, other_key, orders)
with line as (
    select distinct l.order_date as day, l.order_id, p.durable_key as product_key
    from star.fact_order_line as l
    join star.fact_order as o on o.tenant_key = l.tenant_key and o.order_id = l.order_id
    join star.dim_product as p on p.product_key = l.product_key
    where l.tenant_key = $1::int and o.status <> 'cancelled'
        and l.order_date in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact in ('order', 'order_line'))
)

select $1::int, a.day, a.product_key, b.product_key, count(*)
from line as a
join line as b on b.order_id = a.order_id and b.day = a.day and b.product_key >= a.product_key
group by a.day, a.product_key, b.product_key
-- In the order of the key: the rows of a day lie together, for the nights that replace it and for what reads it.
order by 2, 3, 4
