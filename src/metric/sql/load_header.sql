-- grain: one snapshot's header · $1 tenant, $2 business date or null for the current one · re-run: pure read
select s.*
from metric.snapshot as s
join star.dim_tenant as t on t.tenant_key = s.tenant_key
left join metric.current as c on c.tenant_key = s.tenant_key
where t.tenant = $1::text and case when $2::date is null then s.snapshot_id = c.snapshot_id else s.business_date = $2::date end
order by s.snapshot_id desc
limit 1
