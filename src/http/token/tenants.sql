-- grain: one tenant with data of its own · no parameters · re-run: pure read
select tenant
from star.dim_tenant
where tenant_key > 0
order by tenant_key
