-- grain: the instant up to which the last load knew the source · $1 tenant_key, $2 source · re-run: pure read
select max(least(l.extracted_at, (l.business_date + 1)::timestamp at time zone 'UTC'))
from vesper.load_count as l
where l.tenant_key = $1::int and l.source = $2::text
