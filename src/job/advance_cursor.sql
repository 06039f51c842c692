-- grain: the job · $1 job, $2 cursor, $3 next slot or null · re-run: the same
update vesper.job set cursor_at = $2, next_at = $3
where job_id = $1
