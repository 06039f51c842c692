-- grain: one row per month and pair of products of the months of touched days · $1 tenant_key · re-run: after the months were deleted, the same rows
insert into cube.product_pair_month (tenant_key, month, product_key, other_key, orders)
with touched as (
    select distinct date_trunc('month', d.day::timestamp)::date as month
    from (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact in ('order', 'order_line')) as d
)

select $1::int, m.month, q.product_key, q.other_key, sum(q.orders)
from touched as m
join cube.product_pair_day as q on q.tenant_key = $1::int and q.day >= m.month and q.day < (m.month + interval '1 month')::date
group by m.month, q.product_key, q.other_key
order by 2, 3, 4
