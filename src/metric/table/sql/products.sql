-- grain: one row per product sold, the 200 with the highest revenue · $1 tenant_key, $2 until, $3 from · re-run: pure read
with sold as (
    select v.durable_key as product_key, sum(q.quantity)::bigint as quantity, sum(q.amount) as amount
    from cube.product_between($1::int, $3::date, $2::date) as q
    join star.dim_product as v on v.product_key = q.product_key
    group by v.durable_key
),

held as (
    select q.product_key, sum(q.orders)::bigint as orders
    from cube.product_pair_between($1::int, $3::date, $2::date) as q
    where q.product_key = q.other_key
    group by q.product_key
)

select p.product_id, p.name, coalesce(p.category, 'none'), s.quantity, coalesce(h.orders, 0), round(s.amount * 100)::bigint, round(s.amount * 100)::bigint,
    round(sum(s.amount) over () * 100)::bigint
from sold as s
join star.dim_product as p on p.durable_key = s.product_key and p.is_current
left join held as h on h.product_key = s.product_key
order by s.amount desc, p.product_id
limit 200
