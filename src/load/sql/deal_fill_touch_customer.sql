-- grain: one row per customer of a deal of a first load · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_customer (tenant_key, customer_id)
select distinct $1::int, k.customer_id
from star.dim_customer as k
where k.tenant_key = $1::int
    and k.customer_key in (select d.customer_key from star.fact_deal as d where d.tenant_key = $1::int)
    and k.customer_id not in (select t.customer_id from vesper.touched_customer as t where t.tenant_key = $1::int)
on conflict do nothing
