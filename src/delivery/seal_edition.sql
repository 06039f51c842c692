-- grain: one edition · $1 job, $2 slot, $3 scope, $4 run, $5 report, $6 business date, $7 snapshot, $8 manifest
-- re-run: no row; the sealed one stays
insert into vesper.edition (job_id, scheduled_for, scope, run_id, report, business_date, snapshot_id, manifest)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (job_id, scheduled_for, scope) do nothing
returning edition_id, report, business_date, manifest, sealed_at
