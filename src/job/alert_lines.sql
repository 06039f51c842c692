-- grain: one row per alert that is open, oldest first · no parameters · re-run: the same
select alert_id, job_id, kind, run_id, business_date, reason, opened_at
from vesper.alert
where closed_at is null
order by opened_at, alert_id
