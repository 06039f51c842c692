-- grain: one row per day, status and basis · $1 tenant_key · re-run: pure read
select q.day, q.status, q.basis, q.entered, q.advanced
from cube.customer_cohort_day as q
where q.tenant_key = $1::int
order by q.day
