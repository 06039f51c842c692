-- grain: one row per job without a file · $1 names of the files · re-run: changes nothing
update vesper.job set enabled = false, digest = null, synced_at = clock_timestamp()
where (enabled or digest is not null) and job_id <> all ($1)
returning job_id
