-- grain: one row per job whose cursor lies ahead of the clock · no parameters · re-run: pure read
-- The clock was wrong when the cursor was set: slots are missed until it is passed.
select job_id
from vesper.job
where enabled and cursor_at > clock_timestamp() + interval '1 minute'
order by job_id
