-- grain: one row per day, stage and owner's id · $1 tenant_key · re-run: pure read
select q.day, q.stage, r.sales_rep_id, q.deals, q.value_cents::bigint, q.weighted_cents::bigint, q.probability, q.entered_day_sum
from cube.deal_stock_day as q join star.dim_sales_rep as r on r.sales_rep_key = q.sales_rep_key
where q.tenant_key = $1::int
order by q.day
