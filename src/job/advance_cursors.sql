-- grain: one row per job · $1 jobs, $2 cursors, $3 next slots or null · re-run: the same
update vesper.job set cursor_at = moved.cursor_at, next_at = moved.next_at
from unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) as moved (job_id, cursor_at, next_at)
where job.job_id = moved.job_id
