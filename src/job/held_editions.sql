-- grain: one run of a report's schedule whose edition is not there at its deadline and whose readers were not told
-- no parameters · re-run: the same until the notices are enqueued
-- An edition that is three days late is no news any more.
select
    r.run_id, r.job_id, r.scheduled_for, r.business_date, r.state, r.last_error, r.run_after, r.needs_by, r.spec, job.next_at, job.tz,
    unmet.names as waits_for
from vesper.run as r
join vesper.job on job.job_id = r.job_id
cross join lateral (
    select string_agg(need.job_id, ', ' order by need.job_id) as names
    from unnest(r.needs) as need (job_id)
    where not exists (
        select from vesper.run as done
        where done.job_id = need.job_id and done.business_date = r.business_date and done.state = 'succeeded')
) as unmet
where job.kind = 'report' and job.enabled and r.origin = 'cron' and r.is_mailing
    and r.state in ('queued', 'running', 'dead')
    and r.scheduled_for > clock_timestamp() - interval '3 days'
    and r.scheduled_for + make_interval(secs => coalesce((r.spec ->> 'deadline_secs')::float8, 10800)) <= clock_timestamp()
    and not exists (
        select from vesper.edition as e where e.job_id = r.job_id and e.business_date = r.business_date)
    and not exists (
        select from vesper.message as told where told.run_id = r.run_id and told.label like 'held-%')
order by r.scheduled_for, r.run_id
