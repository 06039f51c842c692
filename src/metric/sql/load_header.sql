-- grain: one snapshot's header · $1 tenant, $2 business date or null, $3 snapshot or null; both null for the current one · re-run: pure read
select s.*
from metric.snapshot as s
join star.dim_tenant as t on t.tenant_key = s.tenant_key
left join metric.current as c on c.tenant_key = s.tenant_key
where t.tenant = $1::text
    and case
        when $3::bigint is not null then s.snapshot_id = $3::bigint
        when $2::date is not null then s.business_date = $2::date
        else s.snapshot_id = c.snapshot_id
    end
order by s.snapshot_id desc
limit 1
