-- grain: one inferred member per customer a staged fact names and nobody delivered · $1 tenant_key · re-run: adds nothing
insert into star.dim_customer (tenant_key, customer_id, status, tier, sales_rep_key, company_key, valid_from, basis, name, is_inferred)
-- Each table asks for itself: few names are left to be told apart. A member has one current version, whose index is the smaller one.
with named as (
    select s.customer_id from staging.deal as s where not exists (select from star.dim_customer as k where k.tenant_key = $1::int and k.customer_id = s.customer_id and k.is_current)
    union
    select s.customer_id from staging.interaction as s where not exists (select from star.dim_customer as k where k.tenant_key = $1::int and k.customer_id = s.customer_id and k.is_current)
    union
    select s.customer_id from staging."order" as s where not exists (select from star.dim_customer as k where k.tenant_key = $1::int and k.customer_id = s.customer_id and k.is_current)
    union
    select s.customer_id from staging.subscription as s where not exists (select from star.dim_customer as k where k.tenant_key = $1::int and k.customer_id = s.customer_id and k.is_current)
    union
    select s.customer_id from staging.invoice as s where not exists (select from star.dim_customer as k where k.tenant_key = $1::int and k.customer_id = s.customer_id and k.is_current)
    union
    select s.customer_id from staging.payment as s where not exists (select from star.dim_customer as k where k.tenant_key = $1::int and k.customer_id = s.customer_id and k.is_current)
)

select $1::int, n.customer_id, 'unknown', 'unknown', 0, 0, timestamptz '-infinity', 'inferred', n.customer_id, true
from named as n
where n.customer_id is not null
