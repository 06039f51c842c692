-- grain: the run, if it is still this attempt's · $1 run, $2 attempt, $3 worker · re-run: extends again
update vesper.run as r set lease_until = clock_timestamp() + job.lease
from vesper.job
where job.job_id = r.job_id and r.run_id = $1 and r.attempt = $2 and r.lease_owner = $3 and r.state = 'running'
