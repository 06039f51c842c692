-- grain: none · no parameters · re-run: the same
-- One worker at a time writes the job files: the second sees what the first made, new jobs among it.
select pg_advisory_xact_lock(hashtextextended('vesper.sync', 0))::text
