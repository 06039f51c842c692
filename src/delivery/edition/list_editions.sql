-- grain: one sealed edition of a tenant, newest first · $1 tenant, $2 how many · re-run: pure read
select
    edition.edition_id,
    edition.report,
    edition.scope,
    edition.business_date,
    edition.snapshot_id,
    edition.sealed_at,
    edition.manifest
from vesper.edition as edition
join metric.snapshot as snapshot on snapshot.snapshot_id = edition.snapshot_id
join star.dim_tenant as tenant on tenant.tenant_key = snapshot.tenant_key
where tenant.tenant = $1::text
order by edition.edition_id desc
limit $2::bigint
