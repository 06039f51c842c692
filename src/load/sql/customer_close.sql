-- grain: one current version per customer with a change, ended · $1 tenant_key · re-run: ends nothing twice
update star.dim_customer as v
set valid_until = c.changed_at, is_current = false
from staging.changed_customer as c
where v.tenant_key = $1::int and c.is_new_version and v.customer_key = c.version_key
