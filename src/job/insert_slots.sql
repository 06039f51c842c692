-- grain: one run per slot · $1 jobs, $2 slots, $3 business dates, $4 reasons to skip or null · re-run: adds nothing
with slot as (
    select job_id, scheduled_for, business_date, skip_reason
    from unnest($1::text[], $2::timestamptz[], $3::date[], $4::text[])
        as s (job_id, scheduled_for, business_date, skip_reason)
)
insert into vesper.run (
    job_id, scheduled_for, business_date, origin, state, attempt_max, needs, needs_by, spec, finished_at, last_error)
select
    job.job_id, slot.scheduled_for, slot.business_date, 'cron',
    case when slot.skip_reason is null then 'queued' else 'skipped' end,
    job.attempt_max, job.needs,
    -- A slot caught up late waits as long as one in time: its night is caught up late as well.
    greatest(slot.scheduled_for, clock_timestamp()) + job.needs_within,
    job.spec,
    case when slot.skip_reason is not null then clock_timestamp() end,
    slot.skip_reason
from slot
join vesper.job on job.job_id = slot.job_id
on conflict (job_id, scheduled_for) do nothing
