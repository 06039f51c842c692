-- Runs that are told whether to mail, and the state of trouble a job is in.

alter table vesper.run add column is_mailing boolean not null default true;
update vesper.run set is_mailing = false where origin = 'backfill';
comment on column vesper.run.is_mailing is 'Whether a report of this run is mailed; a backfill is not unless its request said so';

-- Dead runs are few among many: whoever looks for trouble finds them without reading the ledger.
create index run_dead_of_job on vesper.run (job_id, finished_at) where state = 'dead';
-- A date asked for twice is found among the waiting and the live ones.
create index run_open on vesper.run (job_id, business_date) where state in ('queued', 'running');

create table vesper.alert (
    alert_id       bigint generated always as identity primary key,
    job_id         text not null references vesper.job,
    kind           text not null check (kind in ('failed', 'late', 'clock', 'mail')),
    run_id         bigint references vesper.run,
    message_id     bigint references vesper.message,
    business_date  date,
    reason         text not null,
    opened_at      timestamptz not null default clock_timestamp(),
    closed_at      timestamptz check (closed_at >= opened_at)
);
create unique index alert_one_open on vesper.alert (job_id, kind) where closed_at is null;
create index alert_latest on vesper.alert (job_id, kind, alert_id desc);
comment on table vesper.alert is 'Grain: one state of trouble of a job, from the look that found it to the one that found it over. Written with the mail that tells its owner, in one transaction';
comment on column vesper.alert.job_id is 'The job in trouble';
comment on column vesper.alert.kind is 'failed: a run is dead; late: a slot has not succeeded in time; clock: the cursor is ahead of the clock; mail: its messages do not go out';
comment on column vesper.alert.run_id is 'The run that shows the trouble, if one does';
comment on column vesper.alert.message_id is 'For mail the newest message in trouble: the same messages are no new trouble when this one is over';
comment on column vesper.alert.business_date is 'The date that run works for';
comment on column vesper.alert.reason is 'What is wrong, in plain words';
comment on column vesper.alert.opened_at is 'When it was found';
comment on column vesper.alert.closed_at is 'When it was over; null while it lasts, and then there is no second one of the kind';

-- What trouble is: one definition for opening an alert and for keeping it open.
create view vesper.trouble as
with failed as (
    -- The latest dead run that no later success has made good. A request by hand for an old date is no trouble once a
    -- later date has succeeded.
    select job.job_id, dead.run_id, dead.business_date, dead.origin, dead.last_error
    from vesper.job
    cross join lateral (
        select run_id, business_date, origin, last_error
        from vesper.run as r
        where r.job_id = job.job_id and r.state = 'dead'
            -- Most are made good by the newest slot; the whole question is asked of the others alone.
            and not coalesce((
                select newest.finished_at > r.finished_at and newest.business_date >= r.business_date
                from vesper.run as newest
                where newest.job_id = r.job_id and newest.state = 'succeeded'
                order by newest.scheduled_for desc
                limit 1), false)
            and not exists (
            select from vesper.run as done
            where done.job_id = r.job_id and done.state = 'succeeded' and done.business_date >= r.business_date
                and (done.finished_at > r.finished_at or r.origin <> 'cron' and done.business_date > r.business_date))
        order by r.finished_at desc
        limit 1
    ) as dead
    where job.enabled
),
late as (
    select
        job.job_id, slow.run_id, slow.business_date, slow.state, slow.scheduled_for, slow.attempt, slow.last_error,
        (select string_agg(need.job_id, ', ' order by need.job_id)
         from unnest(slow.needs) as need (job_id)
         where slow.state = 'queued' and not exists (
             select from vesper.run as done
             where done.job_id = need.job_id and done.business_date = slow.business_date and done.state = 'succeeded'))
            as waits_for,
        make_interval(secs => coalesce((job.spec ->> 'late_after_secs')::float8, 7200)) as late_after
    from vesper.job
    cross join lateral (
        select run_id, business_date, state, scheduled_for, attempt, last_error, needs
        from vesper.run as r
        where r.job_id = job.job_id and r.origin = 'cron' and r.state in ('queued', 'running')
            and r.scheduled_for + make_interval(secs => coalesce((job.spec ->> 'late_after_secs')::float8, 7200))
                < clock_timestamp()
            and not exists (
                select from vesper.run as done
                where done.job_id = r.job_id and done.state = 'succeeded' and done.business_date >= r.business_date
                    and done.finished_at > r.scheduled_for)
        order by r.scheduled_for desc
        limit 1
    ) as slow
    where job.enabled
),
-- Calls of webhooks are another's to watch. The words of mails about trouble are left out: an owner nobody can reach must not raise alarm about the alarm.
mail as (
    select m.message_id, m.run_id, m.state, m.smtp_text, run.job_id
    from vesper.message as m
    join vesper.run on run.run_id = m.run_id
    join vesper.job on job.job_id = run.job_id and job.enabled
    where m.label not like 'alert-%' and m.rcpt not like 'webhook:%'
        and (m.state = 'uncertain'
            -- Dead ones are over when a later run's mail went out.
            or m.state = 'dead' and not exists (
                select from vesper.message as sent
                join vesper.run as later on later.run_id = sent.run_id
                where sent.message_id > m.message_id and sent.run_id > m.run_id and sent.state = 'sent'
                    and later.job_id = run.job_id)
            -- Due, tried, and still here: the sender rests, because no server takes anything from it.
            or m.state = 'pending' and m.next_at <= clock_timestamp() and m.smtp_text is not null
                and m.created_at < clock_timestamp() - interval '15 minutes')
)
select
    job_id, 'failed' as kind, run_id, null::bigint as message_id, business_date,
    coalesce(last_error, 'no reason was noted') as reason, true as is_telling
from failed
union all
select
    job_id, 'late', run_id, null, business_date,
    format(
        'the slot of %s has not succeeded after %s; the run is %s%s',
        to_char(scheduled_for at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), to_char(late_after, 'FMHH24 "h" FMMI "min"'),
        case
            when state = 'running' then 'being worked on'
            when waits_for is not null then format('waiting for %s of %s', waits_for, business_date)
            when attempt > 0 then 'waiting for its next attempt'
            else 'waiting'
        end,
        case when last_error is not null then ': ' || last_error else '' end),
    true
from late
union all
-- A slot that was late and then failed has not recovered; that it failed is told by its own alert.
select job_id, 'late', run_id, null, business_date, coalesce(last_error, 'no reason was noted'), false
from failed
where origin = 'cron'
union all
select
    job_id, 'clock', null, null, null,
    format('its slots are planned up to %s, which is in the future',
        to_char(cursor_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"')),
    true
from vesper.job
where enabled and cursor_at > clock_timestamp() + interval '1 minute'
union all
select
    job_id, 'mail', max(run_id), max(message_id), null,
    concat_ws(', ',
        case when count(*) filter (where state = 'uncertain') > 0 then
            format('nobody knows whether %s arrived', count(*) filter (where state = 'uncertain')) end,
        case when count(*) filter (where state = 'dead') > 0 then
            format('%s could not be delivered', count(*) filter (where state = 'dead')) end,
        case when count(*) filter (where state = 'pending') > 0 then
            format('%s wait while the sender rests', count(*) filter (where state = 'pending')) end)
        || coalesce('; the server''s last words: ' || (array_agg(smtp_text order by message_id desc)
            filter (where smtp_text is not null))[1], ''),
    true
from mail
group by job_id;
comment on view vesper.trouble is 'Grain: one state of trouble of an enabled job, as it is now; vesper.alert remembers it';
comment on column vesper.trouble.is_telling is 'Whether it opens an alert; the others only keep one open';
