-- grain: one row per day, movement and day on which the customers had begun to pay, where it ends that · $1 tenant_key · re-run: pure read
select q.day, q.movement, q.paying_since, q.customers, q.net_cents
from cube.mrr_flow_day as q
where q.tenant_key = $1::int
order by q.day
