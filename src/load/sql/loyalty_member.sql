-- grain: one row per staged membership, as fact_loyalty_member wants it · $1 tenant_key · re-run: pure read
select
    $1::int as tenant_key,
    s.loyalty_member_id,
    coalesce(present.customer_key, 0) as customer_key,
    present.customer_id,
    s.tier,
    s.points,
    s.joined_date,
    s.left_date,
    null::timestamptz as deleted_at
from staging.loyalty_member as s
left join star.customer_handle as by_id on by_id.tenant_key = $1::int and by_id.handle = s.customer
left join star.customer_handle as by_address
    on by_address.tenant_key = $1::int and by_address.handle = encode(sha256(convert_to(lower(s.customer), 'UTF8')), 'hex')
left join star.dim_customer as present
    on present.tenant_key = $1::int and present.is_current and present.customer_id = coalesce(by_id.customer_id, by_address.customer_id)
