-- grain: one row per job · no parameters · re-run: the same
select
    job.job_id, job.kind, job.cron, job.tz, job.enabled, job.next_at,
    -- A cursor ahead of the clock means that the clock was wrong when it was set: slots are missed until it is passed.
    job.cursor_at > clock_timestamp() + interval '1 minute' as is_cursor_ahead,
    waiting.queued_count, waiting.waits_for,
    live.run_id as live_run_id, live.started_at as live_started_at,
    last.state as last_state, last.business_date as last_business_date, last.finished_at as last_finished_at,
    last.last_error as last_error
from vesper.job
cross join lateral (
    select
        count(*) as queued_count,
        (select string_agg(distinct need.job_id, ', ')
         from vesper.run as q, unnest(q.needs) as need (job_id)
         where q.job_id = job.job_id and q.state = 'queued' and not exists (
             select from vesper.run as done
             where done.job_id = need.job_id and done.business_date = q.business_date
                 and done.state = 'succeeded')) as waits_for
    from vesper.run
    where run.job_id = job.job_id and run.state = 'queued'
) as waiting
left join vesper.run as live on live.job_id = job.job_id and live.state = 'running'
left join lateral (
    select state, business_date, finished_at, last_error
    from vesper.run
    where run.job_id = job.job_id and run.state in ('succeeded', 'dead', 'cancelled')
    order by run.scheduled_for desc
    limit 1
) as last on true
order by job.kind, job.job_id
