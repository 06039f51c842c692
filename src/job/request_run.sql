-- grain: one run asked for by hand · $1 job, $2 business date, $3 origin, $4 head start in seconds · re-run: one more run
-- The moment of the request stands for the slot; a backfill waits for what it needs, a person does not.
insert into vesper.run (
    job_id, scheduled_for, business_date, origin, state, attempt_max, needs, needs_by, spec, run_after, is_mailing)
select
    job_id, clock_timestamp(), $2, $3, 'queued', attempt_max,
    case when $3 = 'backfill' then needs else '{}' end, clock_timestamp() + needs_within, spec,
    clock_timestamp() + make_interval(secs => $4), $3 <> 'backfill'
from vesper.job
where job_id = $1
on conflict (job_id, scheduled_for) do nothing
returning run_id
