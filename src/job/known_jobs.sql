-- grain: one row per known job, locked in one order · no parameters · re-run: the same
select job_id, cron, tz, dst, enabled, cursor_at
from vesper.job
order by job_id
for no key update
