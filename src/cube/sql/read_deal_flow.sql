-- grain: one row per day, event, owner's id and tier · $1 tenant_key · re-run: pure read
select q.day, q.event, r.sales_rep_id, q.tier, q.deals, q.value_cents::bigint, q.days_to_close
from cube.deal_flow_day as q join star.dim_sales_rep as r on r.sales_rep_key = q.sales_rep_key
where q.tenant_key = $1::int
order by q.day
