-- grain: one row per product of these orders · $1 orders
select product_id::uuid as product_id, sum(quantity)::int as quantity
from order_lines
where order_id = any($1::text[])
group by product_id
order by product_id
