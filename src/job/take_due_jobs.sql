-- grain: one row per job with a slot that has passed, locked · no parameters · re-run: the same until the cursors move
-- A job that another worker holds is left to that worker.
select
    job_id, cron, tz, dst, calendar, catchup, spec, digest, enabled, cursor_at, next_at,
    extract(epoch from catchup_grace)::float8 as grace_secs, extract(epoch from catchup_window)::float8 as window_secs
from vesper.job
where enabled and next_at <= statement_timestamp()
order by next_at
for no key update skip locked
