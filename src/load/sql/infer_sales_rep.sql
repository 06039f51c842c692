-- grain: one inferred member per sales rep a staged row names and nobody delivered · $1 tenant_key · re-run: adds nothing
insert into star.dim_sales_rep (tenant_key, sales_rep_id, name, is_active, is_inferred)
select distinct $1::int, named.sales_rep_id, named.sales_rep_id, false, true
from (
    select sales_rep_id from staging.customer
    union select sales_rep_id from staging.deal
    union select sales_rep_id from staging.interaction
    union select sales_rep_id from staging."order"
) as named
where named.sales_rep_id is not null
on conflict (tenant_key, sales_rep_id) do nothing
