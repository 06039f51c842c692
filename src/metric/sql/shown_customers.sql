-- grain: one row per customer of these ids, as they are now · $1 tenant_key, $2 ids · re-run: pure read
select c.customer_id, c.name, c.tier
from star.dim_customer as c
where c.tenant_key = $1::int and c.is_current and c.customer_id = any($2::text[])
