-- grain: one row per outcome seen · $1 tenant_key, $2 until, $3 from · re-run: pure read
select q.outcome, sum(q.interactions)::bigint, sum(q.interactions)::bigint, (sum(sum(q.interactions)) over ())::bigint, sum(q.duration_seconds)::bigint,
    sum(q.durations)::bigint * 60
from cube.interaction_between($1::int, $3::date, $2::date) as q
group by q.outcome
order by sum(q.interactions) desc, q.outcome
