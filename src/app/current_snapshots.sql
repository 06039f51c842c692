-- grain: one tenant with its current snapshot · no parameters · re-run: pure read
select t.tenant, c.snapshot_id
from metric.current as c
join star.dim_tenant as t on t.tenant_key = c.tenant_key
