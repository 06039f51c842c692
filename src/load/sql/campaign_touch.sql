-- grain: one row per staged touch, as fact_campaign_touch wants it · $1 tenant_key · re-run: pure read
with staged as (
    select s.*, coalesce(by_id.customer_id, by_address.customer_id) as customer_id
    from staging.campaign_touch as s
    left join star.customer_handle as by_id on by_id.tenant_key = $1::int and by_id.handle = s.customer
    left join star.customer_handle as by_address
        on by_address.tenant_key = $1::int and by_address.handle = encode(sha256(convert_to(lower(s.customer), 'UTF8')), 'hex')
)

select
    $1::int as tenant_key,
    s.campaign_touch_id,
    coalesce(c.campaign_key, 0) as campaign_key,
    coalesce(then_.customer_key, present.customer_key, 0) as customer_key,
    s.customer_id,
    s.type,
    s.touched_at,
    (s.touched_at at time zone 'UTC')::date as touch_date,
    null::timestamptz as deleted_at
from staged as s
left join star.dim_campaign as c on c.tenant_key = $1::int and c.campaign_id = s.campaign_id
left join star.dim_customer as present on present.tenant_key = $1::int and present.customer_id = s.customer_id and present.is_current
left join star.dim_customer as then_
    on then_.tenant_key = $1::int and then_.customer_id = s.customer_id
    and then_.valid_from <= s.touched_at and s.touched_at < then_.valid_until
