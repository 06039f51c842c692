-- grain: one row per known job, locked in one order · no parameters · re-run: the same
select
    job_id, cron, tz, dst, calendar, catchup, spec, digest, enabled, cursor_at, next_at,
    extract(epoch from catchup_grace)::float8 as grace_secs, extract(epoch from catchup_window)::float8 as window_secs
from vesper.job
order by job_id
for no key update
