-- grain: one inferred member per company a staged row names and nobody delivered · $1 tenant_key · re-run: adds nothing
insert into star.dim_company (tenant_key, company_id, name, is_inferred)
select distinct $1::int, named.company_id, named.company_id, true
from (select company_id from staging.customer union select company_id from staging.deal) as named
where named.company_id is not null
on conflict (tenant_key, company_id) do nothing
