-- grain: one row per day, stage and basis · $1 tenant_key · re-run: pure read
select q.day, q.stage, q.basis, q.entered, q.advanced, q.won, q.completed, q.seconds::bigint
from cube.deal_cohort_day as q
where q.tenant_key = $1::int
order by q.day
