-- grain: one row per day, movement and day on which the customers had begun to pay, where it ends that · $1 tenant_key · re-run: after the tenant's rows were deleted, the same rows
insert into cube.mrr_flow_day (tenant_key, day, movement, paying_since, customers, net_cents)
select $1::int, q.day, q.movement, case q.movement when 'churn' then q.paying_since else q.day end, count(*), sum(q.net_cents)::bigint
from cube.mrr_movement_day as q
where q.tenant_key = $1::int
group by 2, 3, 4
order by 2, 3, 4
