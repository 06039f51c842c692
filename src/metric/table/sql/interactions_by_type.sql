-- grain: one row per type, the unused ones too · $1 tenant_key, $2 until, $3 from · re-run: pure read
with counted as (
    select q.type, sum(q.interactions)::bigint as n, sum(q.duration_seconds)::bigint as seconds, sum(q.durations)::bigint as durations,
        coalesce(sum(q.interactions) filter (where q.outcome = 'successful'), 0)::bigint as successful,
        coalesce(sum(q.interactions) filter (where q.outcome <> 'none'), 0)::bigint as told
    from cube.interaction_between($1::int, $3::date, $2::date) as q
    group by q.type
)

select t.type, coalesce(c.n, 0), coalesce(c.n, 0), coalesce(sum(c.n) over (), 0)::bigint, coalesce(c.seconds, 0), coalesce(c.durations, 0) * 60, coalesce(c.successful, 0),
    coalesce(c.told, 0)
from (select unnest(array['call', 'email', 'meeting', 'note', 'sms', 'chat']) as type union select c.type from counted as c) as t
left join counted as c on c.type = t.type
order by coalesce(c.n, 0) desc, t.type
