-- grain: the run, if it is still this attempt's · $1 run, $2 attempt, $3 worker · re-run: the same
select true from vesper.run
where run_id = $1 and attempt = $2 and lease_owner = $3 and state = 'running'
for share
