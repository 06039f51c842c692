-- grain: one inferred member per product a staged line names and nobody delivered · $1 tenant_key · re-run: adds nothing
insert into star.dim_product (tenant_key, product_id, name, is_inferred)
select distinct $1::int, s.product_id, s.product_id, true
from staging.order_line as s
where s.product_id is not null
on conflict (tenant_key, product_id) do nothing
