-- grain: one row per due day · $1 tenant_key · re-run: pure read
select q.day, q.follow_ups
from cube.follow_up_day as q
where q.tenant_key = $1::int
order by q.day
