-- grain: the job, locked, unless another worker holds it · $1 job · re-run: the same
select
    cron, tz, dst, catchup, spec, cursor_at, clock_timestamp() as now,
    extract(epoch from catchup_grace)::float8 as grace_secs, extract(epoch from catchup_window)::float8 as window_secs
from vesper.job
where job_id = $1 and enabled and next_at <= clock_timestamp()
for no key update skip locked
