-- grain: at most one edition · $1 job, $2 slot, $3 scope · re-run: the same
select edition_id, report, business_date, manifest, sealed_at
from vesper.edition
where job_id = $1 and scheduled_for = $2 and scope = $3
