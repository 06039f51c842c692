-- grain: one row per day and status; cents are rounded once, here · $1 tenant_key · re-run: pure read
select q.day, q.status, sum(q.orders)::bigint, round(sum(q.amount) * 100)::bigint
from cube.order_day as q
where q.tenant_key = $1::int
group by q.day, q.status
order by q.day
