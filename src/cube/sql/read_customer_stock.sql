-- grain: one row per day, status, tier and owner's id · $1 tenant_key · re-run: pure read
select q.day, q.status, q.tier, r.sales_rep_id, q.customers
from cube.customer_stock_day as q join star.dim_sales_rep as r on r.sales_rep_key = q.sales_rep_key
where q.tenant_key = $1::int
order by q.day
