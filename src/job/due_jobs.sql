-- grain: one row per job with a slot that has passed · no parameters · re-run: the same until the cursor moves
select job_id
from vesper.job
where enabled and next_at <= clock_timestamp()
order by next_at
