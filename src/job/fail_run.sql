-- grain: the run, if it is still this attempt's · $1 run, $2 attempt, $3 worker, $4 error, $5 whether to try again
-- re-run: changes nothing · pauses: 15 s doubled by each attempt up to an hour, times 0.5 to 1 so that workers spread
update vesper.run set
    state = case when $5 and attempt < attempt_max then 'queued' else 'dead' end,
    finished_at = case when $5 and attempt < attempt_max then null else clock_timestamp() end,
    run_after = clock_timestamp()
        + make_interval(secs => least(3600, 15 * power(2, least(attempt - 1, 12))) * (0.5 + random() / 2)),
    lease_owner = null, lease_until = null, last_error = $4
where run_id = $1 and attempt = $2 and lease_owner = $3 and state = 'running'
returning state
