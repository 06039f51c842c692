-- grain: the running spell of each customer whose status changed, ended · $1 tenant_key · re-run: ends nothing twice
update star.fact_customer_status as f
set left_at = greatest(c.changed_at, f.entered_at)
from staging.changed_customer as c
where f.tenant_key = $1::int and f.customer_id = c.customer_id and f.left_at is null and c.is_new_status and not c.is_new
