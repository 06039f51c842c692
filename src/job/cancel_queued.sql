-- grain: one row per run of a job that waits, now cancelled · $1 job, $2 who and why · re-run: changes nothing
with waiting as (
    select run_id
    from vesper.run
    where job_id = $1 and state = 'queued'
    order by run_id
    for update
)
update vesper.run as r set state = 'cancelled', finished_at = clock_timestamp(), last_error = $2
from waiting
where r.run_id = waiting.run_id and r.state = 'queued'
