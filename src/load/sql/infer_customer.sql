-- grain: one inferred member per customer a staged fact names and nobody delivered · $1 tenant_key · re-run: adds nothing
insert into star.dim_customer (tenant_key, customer_id, status, tier, sales_rep_key, company_key, valid_from, basis, name, is_inferred)
select distinct $1::int, named.customer_id, 'unknown', 'unknown', 0, 0, timestamptz '-infinity', 'inferred', named.customer_id, true
from (
    select customer_id from staging.deal
    union select customer_id from staging.interaction
    union select customer_id from staging."order"
    union select customer_id from staging.subscription
    union select customer_id from staging.invoice
    union select customer_id from staging.payment
) as named
where named.customer_id is not null
    and not exists (select from star.dim_customer as c where c.tenant_key = $1::int and c.customer_id = named.customer_id)
