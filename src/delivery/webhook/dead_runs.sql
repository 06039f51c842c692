-- grain: one row per dead run that a hook was not told of · re-run: the same until the calls are enqueued
-- $1 hooks that listen, $2 the job each listens to, or null for all; a hook stands once a job
select
    r.run_id, r.job_id, j.kind, r.business_date, r.scheduled_for, r.attempt, r.finished_at,
    coalesce(r.last_error, 'no reason was recorded') as error, untold.hooks
from vesper.run as r
join vesper.job as j on j.job_id = r.job_id
cross join lateral (
    select array_agg(distinct listener.hook) as hooks
    from unnest($1::text[], $2::text[]) as listener (hook, job)
    join vesper.webhook as known on known.hook = listener.hook and known.since <= r.finished_at
    where (listener.job is null or listener.job = r.job_id)
        and not exists (
            select from vesper.message as told
            where told.dedupe_key = 'run.dead|run ' || r.run_id || '|' || listener.hook)
) as untold
where r.state = 'dead' and r.finished_at > clock_timestamp() - interval '72 hours' and untold.hooks is not null
order by r.finished_at, r.run_id
limit 100
