-- grain: the tenant's row · $1 tenant, $2 reporting currency · re-run: the same key
insert into star.dim_tenant as t (tenant_key, tenant, currency)
values ((select max(tenant_key) + 1 from star.dim_tenant), $1::text, $2::text)
on conflict (tenant) do update set currency = excluded.currency
returning tenant_key
