-- grain: one row per customer and day of an order, by customer and day · $1 tenant_key, $2 the day after the last one, in days since 1970 · re-run: pure read
select q.customer_id, q.day, q.purchases
from cube.customer_purchase_day as q
where q.tenant_key = $1::int and q.kind = 'order' and q.day < date '1970-01-01' + $2::int
order by q.customer_id, q.day
