-- grain: the marks of some entities · $1 tenant, null for all, $2 entities · re-run: the same rows, with a later moment
with asked as (
    update vesper.source_mark as m set asked_at = clock_timestamp()
    from star.dim_tenant as t
    where t.tenant_key = m.tenant_key and ($1::text is null or t.tenant = $1::text) and m.entity = any($2::text[])
    returning t.tenant, m.source, m.entity
)

select a.tenant, a.source, a.entity
from asked as a
order by a.tenant, a.source, array_position($2::text[], a.entity)
