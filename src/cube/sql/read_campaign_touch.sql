-- grain: one row per touch of a campaign · $1 tenant_key · re-run: pure read
select f.campaign_key, f.customer_id, f.touch_date, f.touched_at, f.campaign_touch_id
from star.fact_campaign_touch as f
where f.tenant_key = $1::int and f.deleted_at is null
