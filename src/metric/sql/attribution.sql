-- grain: one row: purchases up to the end of the window that some campaign touched in the 90 days before, and their gross profit · $1 tenant_key, $2 until · re-run: pure read
-- Counted from the purchases, without a credit given to anybody: what the credits of every rule have to sum to.
select count(*), coalesce(round(sum(q.amount_cents * t.gross_margin_percent / 100)), 0)::bigint
from cube.customer_purchase_day as q
join star.dim_tenant as t on t.tenant_key = q.tenant_key
where q.tenant_key = $1::int and q.kind = case t.revenue_mode when 'deals' then 'deal' else 'order' end and q.day < $2::date
    and exists (
        select from star.fact_campaign_touch as f
        where f.tenant_key = $1::int and f.customer_id = q.customer_id and f.deleted_at is null and f.touch_date <= q.day and f.touch_date > q.day - 90
    )
