-- grain: one row per pair of products, the 50 bought together most often · $1 tenant_key, $2 until, $3 from · re-run: pure read
-- Support = orders with both / orders; confidence = with both / with the first; lift = support / what chance would give.
-- A product with itself is how many orders hold it.
with held as materialized (
    select q.product_key, q.other_key, sum(q.orders)::bigint as orders
    from cube.product_pair_between($1::int, $3::date, $2::date) as q
    group by q.product_key, q.other_key
),

-- The fifty come first: the products of a large business have millions of pairs.
most as (
    select p.product_key, p.other_key, p.orders, a.name, b.name as other_name
    from held as p
    join star.dim_product as a on a.product_key = p.product_key
    join star.dim_product as b on b.product_key = p.other_key
    where p.product_key < p.other_key and p.orders >= 2
    order by p.orders desc, a.name, b.name, p.product_key, p.other_key
    limit 50
),

total as materialized (
    select sum(q.orders)::bigint as orders
    from cube.basket_day as q
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
)

select m.name, m.other_name, m.orders, m.orders, t.orders, m.orders, a.orders, m.orders * t.orders, a.orders * b.orders
from most as m
join held as a on a.product_key = m.product_key and a.other_key = m.product_key
join held as b on b.product_key = m.other_key and b.other_key = m.other_key
cross join total as t
order by m.orders desc, m.name, m.other_name, m.product_key, m.other_key
