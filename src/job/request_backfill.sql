-- grain: one run per date that is asked for and not yet waited for · re-run: only dates that no open backfill covers
-- $1 job, $2 first date, $3 last date, $4 whether to mail, $5 whether dates that succeeded are left out,
-- $6 whether to wait for what the job needs, $7 head start in seconds
-- Dates become successive microseconds of the request, so that the oldest is claimed first.
with asked as (
    select day::date as business_date
    from generate_series($2::date, $3::date, interval '1 day') as day
),
wanted as (
    select business_date, row_number() over (order by business_date) as place
    from asked
    where not exists (
            select from vesper.run as open
            where open.job_id = $1 and open.business_date = asked.business_date and open.origin = 'backfill'
                and open.state in ('queued', 'running') and (open.is_mailing or not $4))
        and not ($5 and exists (
            select from vesper.run as done
            where done.job_id = $1 and done.business_date = asked.business_date and done.state = 'succeeded'))
)
insert into vesper.run (
    job_id, scheduled_for, business_date, origin, state, attempt_max, needs, needs_by, spec, run_after, is_mailing)
select
    job.job_id, statement_timestamp() + wanted.place * interval '1 microsecond', wanted.business_date, 'backfill', 'queued',
    job.attempt_max, case when $6 then job.needs else '{}' end, statement_timestamp() + job.needs_within, job.spec,
    statement_timestamp() + make_interval(secs => $7), $4
from vesper.job
cross join wanted
where job.job_id = $1
returning run_id, business_date
