-- grain: one row per day, owner's id and tier, in the tenant's mode; cents are rounded once, here · $1 tenant_key · re-run: pure read
select q.day, r.sales_rep_id, q.tier, q.sales, round(q.amount_cents)::bigint
from cube.revenue_day as q
join star.dim_tenant as t on t.tenant_key = q.tenant_key and t.revenue_mode = q.mode
join star.dim_sales_rep as r on r.sales_rep_key = q.sales_rep_key
where q.tenant_key = $1::int
order by q.day
