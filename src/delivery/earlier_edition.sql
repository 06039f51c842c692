-- grain: at most one edition · $1 job, $2 scope, $3 business date · re-run: the same
select edition_id, report, business_date, manifest, sealed_at
from vesper.edition
where job_id = $1::text and scope = $2::text and business_date < $3::date
order by business_date desc, edition_id desc
limit 1
