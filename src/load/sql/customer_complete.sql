-- grain: one inferred member whose customer has come, completed in place as the current version, so that its facts keep their key · $1 tenant_key · re-run: no-op
update star.dim_customer as v
set status = c.status, tier = c.tier, sales_rep_key = c.sales_rep_key, company_key = c.company_key, is_inferred = false,
    -- The versions before it are seeded as those of any new customer.
    valid_from = case c.status when 'churned' then greatest(c.churned_at, c.converted_at, c.created_at) when 'customer' then greatest(c.converted_at, c.created_at) else c.created_at end
from staging.changed_customer as c
where v.tenant_key = $1::int and c.is_new and v.customer_key = c.version_key
