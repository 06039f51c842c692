-- grain: one row per finished step of a run, in order · $1 run · re-run: the same
-- A step began when the one before it ended, or when its attempt was claimed; of an earlier attempt only the end is known.
select
    step, attempt, done_at,
    case
        when attempt = lag(attempt) over (order by done_at) then
            round(extract(epoch from done_at - lag(done_at) over (order by done_at)) * 1000)::bigint
        when attempt = 1 then
            round(extract(epoch from done_at - (select started_at from vesper.run where run_id = $1)) * 1000)::bigint
    end as elapsed_ms
from vesper.run_step
where run_id = $1
order by done_at
