-- grain: one row per edition whose mails are all settled and that a hook was not told of
-- re-run: the same until the calls are enqueued
-- $1 hooks that listen, $2 the job each listens to, or null for all; a hook stands once a job
select
    e.edition_id, e.job_id, e.report, e.business_date, e.run_id, e.sealed_at, e.manifest, clock_timestamp() as found_at,
    mail.sent_count, mail.dead_count, mail.suppressed_count, 0::bigint as uncertain_count, untold.hooks
from vesper.edition as e
cross join lateral (
    select array_agg(distinct listener.hook) as hooks
    from unnest($1::text[], $2::text[]) as listener (hook, job)
    join vesper.webhook as known on known.hook = listener.hook and known.since <= e.sealed_at
    where (listener.job is null or listener.job = e.job_id)
        and not exists (
            select from vesper.message as told
            where told.dedupe_key = 'edition.sent|edition ' || e.edition_id || '|' || listener.hook)
) as untold
cross join lateral (
    select
        count(*) filter (where m.state = 'sent') as sent_count,
        count(*) filter (where m.state = 'dead') as dead_count,
        count(*) filter (where m.state = 'suppressed') as suppressed_count,
        bool_and(m.state in ('sent', 'dead', 'suppressed')) as is_settled
    from vesper.message as m
    where m.edition_id = e.edition_id and m.channel = 'mail' and untold.hooks is not null
) as mail
where e.sealed_at > clock_timestamp() - interval '30 days' and untold.hooks is not null and mail.is_settled
order by e.edition_id
limit 100
