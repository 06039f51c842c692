-- grain: one row per role of this warehouse · no parameters · re-run: the same
select r.rolname::text as role, r.rolcanlogin as can_login
from pg_roles as r
where r.rolname in ('vesper_owner', 'vesper_worker', 'vesper_http', 'vesper_kpi', 'bi_reader')
    or exists (select from star.dim_tenant as t where t.tenant_key > 0 and r.rolname = 'bi_' || t.tenant)
order by r.rolname like 'bi%', r.rolname
