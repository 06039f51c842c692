-- grain: one row per edition with an uncertain mail that a hook was not told of
-- re-run: the same until the calls are enqueued
-- $1 hooks that listen, $2 the job each listens to, or null for all; a hook stands once a job
with held as (
    select m.edition_id, count(*) as uncertain_count
    from vesper.message as m
    where m.state = 'uncertain' and m.channel = 'mail' and m.edition_id is not null
    group by m.edition_id
)
select
    e.edition_id, e.job_id, e.report, e.business_date, e.run_id, e.sealed_at, e.manifest, clock_timestamp() as found_at,
    0::bigint as sent_count, 0::bigint as dead_count, 0::bigint as suppressed_count, held.uncertain_count, untold.hooks
from held
join vesper.edition as e on e.edition_id = held.edition_id
cross join lateral (
    select array_agg(distinct listener.hook) as hooks
    from unnest($1::text[], $2::text[]) as listener (hook, job)
    join vesper.webhook as known on known.hook = listener.hook and known.since <= e.sealed_at
    where (listener.job is null or listener.job = e.job_id)
        and not exists (
            select from vesper.message as told
            where told.dedupe_key = 'edition.held|edition ' || e.edition_id || '|' || listener.hook)
) as untold
where untold.hooks is not null
order by e.edition_id
limit 100
