-- grain: one inferred member whose customer has come, completed in place so that its facts keep their key · $1 tenant_key · re-run: no-op
update star.dim_customer as v
set status = c.status, tier = c.tier, sales_rep_key = c.sales_rep_key, company_key = c.company_key, valid_from = c.created_at, is_inferred = false
from staging.customer_change as c
where v.tenant_key = $1::int and c.is_new and v.customer_key = c.version_key
