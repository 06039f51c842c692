-- grain: the run, cancelled if it waits or is worked on · $1 run, $2 who and why, $3 channel · re-run: changes nothing
with held as (
    select run_id, job_id, business_date, state
    from vesper.run
    where run_id = $1
    for update
),
cancelled as (
    update vesper.run as r set
        state = 'cancelled', finished_at = clock_timestamp(), last_error = $2, lease_owner = null, lease_until = null
    from held
    where r.run_id = held.run_id and held.state in ('queued', 'running')
    returning r.run_id
)
select
    held.job_id, held.business_date, held.state, cancelled.run_id is not null as is_cancelled,
    -- Whoever works on it hears of it when this commits.
    case when cancelled.run_id is not null then pg_notify($3, held.run_id::text) end::text as told
from held
left join cancelled on cancelled.run_id = held.run_id
