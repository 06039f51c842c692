-- grain: one row per alert of a list, with what its mail tells · $1 alerts · re-run: the same
select
    a.alert_id, a.job_id, job.kind as job_kind, a.kind, a.run_id, a.business_date, a.reason, a.opened_at, a.closed_at,
    job.next_at, job.tz, job.enabled, job.spec -> 'owner' as owner,
    -- A message belongs to a run; trouble without one is told in the name of the job's latest.
    coalesce(
        a.run_id,
        (select latest.run_id from vesper.run as latest where latest.job_id = a.job_id
         order by latest.scheduled_for desc limit 1)) as posting_run_id
from vesper.alert as a
join vesper.job on job.job_id = a.job_id
where a.alert_id = any ($1)
order by a.alert_id
