-- grain: one row per day, type and outcome · $1 tenant_key · re-run: pure read
select q.day, q.type, q.outcome, sum(q.interactions)::bigint, sum(q.duration_seconds)::bigint, sum(q.durations)::bigint
from cube.interaction_day as q
where q.tenant_key = $1::int
group by q.day, q.type, q.outcome
order by q.day
