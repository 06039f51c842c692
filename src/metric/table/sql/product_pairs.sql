-- grain: one row per pair of products, the 50 bought together most often · $1 tenant_key, $2 until, $3 from · re-run: pure read
-- Support = orders with both / orders; confidence = with both / with the first; lift = support / what chance would give.
with pair as (
    select q.product_key, q.other_key, sum(q.orders)::bigint as orders
    from cube.product_pair_day as q
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
    group by q.product_key, q.other_key
),

total as (
    select count(distinct l.order_id) as orders
    from star.fact_order_line as l
    join star.fact_order as o on o.tenant_key = l.tenant_key and o.order_id = l.order_id and o.status <> 'cancelled'
    where l.tenant_key = $1::int and l.order_date >= $3::date and l.order_date < $2::date
)

select a.name, b.name, p.orders, p.orders, t.orders, p.orders, pa.orders, p.orders * t.orders, pa.orders * pb.orders
from pair as p
join pair as pa on pa.product_key = p.product_key and pa.other_key = p.product_key
join pair as pb on pb.product_key = p.other_key and pb.other_key = p.other_key
join star.dim_product as a on a.product_key = p.product_key
join star.dim_product as b on b.product_key = p.other_key
cross join total as t
where p.product_key < p.other_key and p.orders >= 2
order by p.orders desc, a.name, b.name, p.product_key, p.other_key
limit 50
