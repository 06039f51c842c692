-- grain: one row per job without a file · $1 names of the files · re-run: changes nothing
update vesper.job set enabled = false, synced_at = clock_timestamp()
where enabled and job_id <> all ($1)
