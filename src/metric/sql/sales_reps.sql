-- grain: one sales rep, by name, "unassigned" last · $1 tenant_key · re-run: pure read
select r.sales_rep_id, r.name
from star.dim_sales_rep as r
where r.tenant_key in ($1::int, 0) and r.is_current
order by r.tenant_key = 0, r.name, r.sales_rep_id
