-- grain: one row per run whose worker fell silent · no parameters · re-run: changes nothing
with expired as (
    select run_id
    from vesper.run
    where state = 'running' and lease_until < statement_timestamp()
    for update skip locked
)
update vesper.run as r set
    state = case when r.attempt >= r.attempt_max then 'dead' else 'queued' end,
    finished_at = case when r.attempt >= r.attempt_max then clock_timestamp() end,
    lease_owner = null, lease_until = null, run_after = clock_timestamp(), last_error = 'lease expired'
from expired
where r.run_id = expired.run_id
