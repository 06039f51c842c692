-- grain: one row per day, movement and day on which the customer had begun to pay, where it ends that · $1 tenant_key · re-run: pure read
select q.day, q.movement, case q.movement when 'churn' then q.paying_since else q.day end, count(*), sum(q.net_cents)::bigint
from cube.mrr_movement_day as q
where q.tenant_key = $1::int
group by 1, 2, 3
order by 1
