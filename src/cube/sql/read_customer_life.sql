-- grain: one row per customer · $1 tenant_key · re-run: pure read
select q.tier, q.status, q.is_live, q.active_seconds, q.active_since, q.won_cents, q.won_deals
from cube.customer_life as q
where q.tenant_key = $1::int
