-- grain: at most one run, now the worker's · $1 worker, $2 a run, or null for the oldest ready one,
-- $3 runs looked at, oldest first, or null for all · re-run: the next
-- A thousand runs come due in the same minute: whether one is ready is asked of a few, not of all of them each time.
with oldest as materialized (
    select run_id, job_id, scheduled_for, business_date, origin, needs
    from vesper.run
    where state = 'queued'
        -- A run asked for by its number is asked for now.
        and (run_id = $2 or $2::bigint is null and run_after <= clock_timestamp())
    order by scheduled_for, run_id
    limit $3
),
ready as materialized (
    select queued.run_id, queued.scheduled_for
    from oldest as queued
    join vesper.job on job.job_id = queued.job_id
    where (job.enabled or queued.origin <> 'cron')
        and not exists (
            select from vesper.run as live
            where live.job_id = queued.job_id and live.state = 'running')
        -- In order, but a person's request does not wait behind a slot that is being retried.
        and ($2::bigint is not null or not exists (
            select from vesper.run as older
            where older.job_id = queued.job_id and older.origin = queued.origin and older.state = 'queued'
                and older.scheduled_for < queued.scheduled_for))
        and not exists (
            select from unnest(queued.needs) as need (job_id)
            where not exists (
                select from vesper.run as done
                where done.job_id = need.job_id and done.business_date = queued.business_date
                    and done.state = 'succeeded'))
),
taken as (
    select queued.run_id
    from ready
    join vesper.run as queued on queued.run_id = ready.run_id
    -- Still queued, in words that lead to the row by its key and not through everything that is queued.
    where queued.lease_owner is null and queued.finished_at is null
    order by ready.scheduled_for, ready.run_id
    limit 1
    for update of queued skip locked
)
update vesper.run as r set
    state = 'running', attempt = r.attempt + 1, lease_owner = $1, lease_until = clock_timestamp() + job.lease,
    started_at = coalesce(r.started_at, clock_timestamp())
from taken, vesper.job
where r.run_id = taken.run_id and job.job_id = r.job_id
returning
    r.run_id, r.job_id, r.scheduled_for, r.business_date, r.origin, r.is_mailing, r.attempt, r.lease_owner, r.spec,
    job.next_at, job.cron, job.tz, job.dst, job.calendar,
    extract(epoch from r.started_at - r.scheduled_for)::float8 as lateness_secs,
    extract(epoch from job.lease)::float8 as lease_secs, extract(epoch from job.run_timeout)::float8 as timeout_secs
