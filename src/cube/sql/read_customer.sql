-- grain: one row per customer who is on record · $1 tenant_key · re-run: pure read
select c.customer_id, c.tier, c.created_at
from star.dim_customer as c
where c.tenant_key = $1::int and c.is_current and c.deleted_at is null and not c.is_inferred
