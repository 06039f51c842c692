-- grain: one row per category, of the product as it was sold · $1 tenant_key, $2 until, $3 from · re-run: pure read
select coalesce(p.category, 'none'), sum(q.quantity)::bigint, round(sum(q.amount) * 100)::bigint, round(sum(q.amount) * 100)::bigint,
    round(sum(sum(q.amount)) over () * 100)::bigint
from cube.product_between($1::int, $3::date, $2::date) as q
join star.dim_product as p on p.product_key = q.product_key
group by coalesce(p.category, 'none')
order by sum(q.amount) desc, 1
