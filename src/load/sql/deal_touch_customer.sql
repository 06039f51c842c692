-- grain: one row per customer that a changed deal belonged to or belongs to now · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_customer (tenant_key, customer_id)
with named as (
    select c.customer_key from staging.changed_deal as c
    union
    select d.customer_key
    from staging.changed_deal as c
    join star.fact_deal as d on d.tenant_key = $1::int and d.deal_id = c.deal_id
)

select distinct $1::int, k.customer_id
from named as n
join star.dim_customer as k on k.tenant_key = $1::int and k.customer_key = n.customer_key
on conflict do nothing
