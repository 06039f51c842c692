-- grain: one row per run, newest first · re-run: the same
-- $1 job or null, $2 state or null, $3 since or null, $4 run or null, $5 rows at most
select
    run_id, job_id, scheduled_for, business_date, origin, state, attempt, attempt_max, is_mailing,
    run_after, created_at, started_at, finished_at,
    -- A request by hand has no slot to be late for.
    case when origin = 'cron' then round(extract(epoch from started_at - scheduled_for) * 1000)::bigint end as lateness_ms,
    round(extract(epoch from coalesce(finished_at, case when state = 'running' then clock_timestamp() end) - started_at)
        * 1000)::bigint as elapsed_ms,
    last_error, note
from vesper.run
where ($1::text is null or job_id = $1)
    and ($2::text is null or state = $2)
    and ($3::timestamptz is null or scheduled_for >= $3)
    and ($4::bigint is null or run_id = $4)
order by scheduled_for desc, run_id desc
limit $5
