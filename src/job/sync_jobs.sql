-- grain: one row per job file · $1 jobs as a json list · re-run: changes nothing
with file as (
    select *
    from jsonb_to_recordset($1) as f (
        job_id text, kind text, cron text, tz text, dst text, catchup text, catchup_grace float8, catchup_window float8,
        attempt_max int, lease float8, run_timeout float8, needs text[], needs_within float8, on_uncertain text,
        spec jsonb, calendar jsonb, file text, enabled boolean, digest text, cursor_at timestamptz, next_at timestamptz)
)
insert into vesper.job (
    job_id, kind, cron, tz, dst, catchup, catchup_grace, catchup_window, attempt_max, lease, run_timeout,
    needs, needs_within, on_uncertain, spec, calendar, file, enabled, digest, cursor_at, next_at)
select
    job_id, kind, cron, tz, dst, catchup, make_interval(secs => catchup_grace), make_interval(secs => catchup_window),
    attempt_max, make_interval(secs => lease), make_interval(secs => run_timeout),
    needs, make_interval(secs => needs_within), on_uncertain, spec, nullif(calendar, 'null'),
    file, enabled, digest, cursor_at, next_at
from file
on conflict (job_id) do update set
    kind = excluded.kind, cron = excluded.cron, tz = excluded.tz, dst = excluded.dst, catchup = excluded.catchup,
    catchup_grace = excluded.catchup_grace, catchup_window = excluded.catchup_window,
    attempt_max = excluded.attempt_max, lease = excluded.lease, run_timeout = excluded.run_timeout,
    needs = excluded.needs, needs_within = excluded.needs_within, on_uncertain = excluded.on_uncertain,
    spec = excluded.spec, calendar = excluded.calendar, file = excluded.file, enabled = excluded.enabled,
    digest = excluded.digest,
    cursor_at = excluded.cursor_at, next_at = excluded.next_at, synced_at = clock_timestamp()
