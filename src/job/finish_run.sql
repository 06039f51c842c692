-- grain: the run, if it is still this attempt's · $1 run, $2 attempt, $3 worker · re-run: changes nothing
update vesper.run set
    state = 'succeeded', finished_at = clock_timestamp(), lease_owner = null, lease_until = null, last_error = null
where run_id = $1 and attempt = $2 and lease_owner = $3 and state = 'running'
