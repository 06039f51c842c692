-- grain: one row per day · $1 tenant_key · re-run: pure read
select q.day, q.subscriptions, q.mrr_cents::bigint
from cube.subscription_stock_day as q
where q.tenant_key = $1::int
order by q.day
