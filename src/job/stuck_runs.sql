-- grain: one row per run at the head of its queue that does not go on · $1 rows at most · re-run: the same
-- Runs behind a live or an older one of their job are not stuck, they wait for their turn.
with head as (
    select distinct on (job_id, origin, state)
        run_id, job_id, business_date, origin, state, attempt, attempt_max, scheduled_for, run_after, needs, needs_by,
        lease_until, last_error
    from vesper.run
    where state in ('queued', 'running')
    order by job_id, origin, state, scheduled_for
),
judged as (
    select
        head.run_id, head.job_id, head.business_date, head.scheduled_for, head.attempt, head.attempt_max,
        head.run_after, head.needs_by, head.last_error, head.lease_until - job.lease as heard_at, unmet.names as needs,
        case
            -- A worker that lives renews its lease at every third of it.
            when head.state = 'running' and head.lease_until < clock_timestamp() + job.lease / 3 then 'silent'
            when head.state = 'running' then null
            when live.run_id is not null then null
            when not job.enabled and head.origin = 'cron' then 'disabled'
            when head.run_after > clock_timestamp() and head.attempt > 0 then 'retry'
            when unmet.names is not null then 'needs'
            when head.run_after < clock_timestamp() - interval '1 minute' then 'unclaimed'
        end as why
    from head
    join vesper.job on job.job_id = head.job_id
    left join vesper.run as live on live.job_id = head.job_id and live.state = 'running'
    cross join lateral (
        select string_agg(need.job_id, ', ' order by need.job_id) as names
        from unnest(head.needs) as need (job_id)
        where not exists (
            select from vesper.run as done
            where done.job_id = need.job_id and done.business_date = head.business_date and done.state = 'succeeded')
    ) as unmet
)
select
    run_id, job_id, business_date, why, attempt, attempt_max, run_after, needs, needs_by, heard_at, last_error
from judged
where why is not null
order by scheduled_for
limit $1
