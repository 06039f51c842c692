-- grain: one row per changed customer · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_customer (tenant_key, customer_id)
select $1::int, c.customer_id
from staging.changed_customer as c
on conflict do nothing
