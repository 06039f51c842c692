-- grain: one business date, newest first · $1 tenant · re-run: pure read
select
    s.business_date,
    max(s.snapshot_id) as snapshot_id,
    max(s.published_at) as published_at,
    count(*) as publish_count,
    bool_or(s.snapshot_id = c.snapshot_id) as is_current
from metric.snapshot as s
join star.dim_tenant as t on t.tenant_key = s.tenant_key
join metric.current as c on c.tenant_key = s.tenant_key
where t.tenant = $1::text
group by s.business_date
order by s.business_date desc
