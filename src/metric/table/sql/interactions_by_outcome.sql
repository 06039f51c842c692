-- grain: one row per outcome seen · $1 tenant_key, $2 until, $3 from · re-run: pure read
select q.outcome, sum(q.interactions)::bigint, sum(q.interactions)::bigint, (sum(sum(q.interactions)) over ())::bigint, sum(q.duration_seconds)::bigint,
    sum(q.durations)::bigint * 60
from cube.interaction_day as q
where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
group by q.outcome
order by sum(q.interactions) desc, q.outcome
