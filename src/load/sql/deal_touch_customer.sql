-- grain: one row per customer whose lifetime a changed deal may move: whose it was or is now · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_customer (tenant_key, customer_id)
with moved as materialized (
    select c.customer_key, d.customer_key as former_key
    from staging.changed_deal as c
    left join star.fact_deal as d on d.tenant_key = $1::int and d.deal_id = c.deal_id
    -- A lifetime counts what was won, and how many deals are open whatever their value.
    where (c.customer_key, c.is_won, case when c.is_won then c.reporting_cents end, c.is_won or c.is_lost or c.deleted_at is not null)
        is distinct from (d.customer_key, d.is_won, case when d.is_won then d.reporting_cents end, d.is_won or d.is_lost or d.deleted_at is not null)
),

named as (
    select m.customer_key from moved as m
    union
    select m.former_key from moved as m where m.former_key is not null
)

select distinct $1::int, k.customer_id
from named as n
join star.dim_customer as k on k.tenant_key = $1::int and k.customer_key = n.customer_key
on conflict do nothing
