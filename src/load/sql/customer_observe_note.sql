-- grain: one row per customer whose told history differed · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_customer (tenant_key, customer_id)
select distinct $1::int, o.customer_id
from staging.observed_customer_status as o
on conflict do nothing
