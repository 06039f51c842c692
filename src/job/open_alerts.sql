-- grain: one alert per trouble that is new · no parameters · re-run: adds nothing while they last
insert into vesper.alert (job_id, kind, run_id, message_id, business_date, reason)
select job_id, kind, run_id, message_id, business_date, reason
from vesper.trouble
where is_telling
on conflict (job_id, kind) where closed_at is null do nothing
returning alert_id
