-- grain: one row per day, event and tier · $1 tenant_key · re-run: pure read
select q.day, q.event, q.tier, q.customers
from cube.customer_flow_day as q
where q.tenant_key = $1::int
order by q.day
