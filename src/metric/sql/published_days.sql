-- grain: one business date with the snapshot that counts for it, the newest first · $1 tenant · re-run: pure read
select distinct on (s.business_date) s.business_date, s.snapshot_id, s.published_at
from metric.snapshot as s
join star.dim_tenant as t on t.tenant_key = s.tenant_key
where t.tenant = $1::text
order by s.business_date desc, s.snapshot_id desc
