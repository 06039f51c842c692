-- grain: one row per customer · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_customer (tenant_key, customer_id)
select $1::int, c.customer_id
from star.dim_customer as c
where c.tenant_key = $1::int and c.is_current
on conflict do nothing
