-- grain: one plan that a staged subscription names for the first time · $1 tenant_key · re-run: adds nothing
insert into star.dim_plan (tenant_key, plan)
select distinct $1::int, s.plan
from staging.subscription as s
where s.plan is not null and not exists (select from star.dim_plan as p where p.tenant_key = $1::int and p.plan = s.plan)
