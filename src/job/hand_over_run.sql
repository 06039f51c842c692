-- grain: the run, if it is still this attempt's · $1 run, $2 attempt, $3 worker · re-run: changes nothing
-- A worker that stops gives the run back; the attempt it spent is given back as well.
update vesper.run set
    state = 'queued', attempt_max = attempt_max + 1, run_after = clock_timestamp(),
    lease_owner = null, lease_until = null,
    last_error = 'handed over by a worker that stopped'
where run_id = $1 and attempt = $2 and lease_owner = $3 and state = 'running'
