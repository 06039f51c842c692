-- grain: one row per run that waited for its needs until the deadline · no parameters · re-run: changes nothing
with late as (
    select waiting.run_id, unmet.names
    from vesper.run as waiting
    cross join lateral (
        select string_agg(format('"%s"', need.job_id), ', ' order by need.job_id) as names
        from unnest(waiting.needs) as need (job_id)
        where not exists (
            select from vesper.run as done
            where done.job_id = need.job_id and done.business_date = waiting.business_date and done.state = 'succeeded')
    ) as unmet
    where waiting.state = 'queued' and waiting.needs <> '{}' and waiting.needs_by <= clock_timestamp()
        and unmet.names is not null
    for update of waiting skip locked
)
update vesper.run as r set
    state = 'dead', finished_at = clock_timestamp(),
    last_error = format(
        'waited for %s of %s until %s',
        late.names, r.business_date, to_char(r.needs_by at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'))
from late
where r.run_id = late.run_id
