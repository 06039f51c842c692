-- grain: one row per run, newest first · re-run: the same
-- $1 job or null, $2 state or null, $3 since or null, $4 run or null, $5 rows at most
select
    run_id, job_id, scheduled_for, business_date, origin, state, attempt, attempt_max,
    run_after, created_at, started_at, finished_at, last_error
from vesper.run
where ($1::text is null or job_id = $1)
    and ($2::text is null or state = $2)
    and ($3::timestamptz is null or scheduled_for >= $3)
    and ($4::bigint is null or run_id = $4)
order by scheduled_for desc, run_id desc
limit $5
