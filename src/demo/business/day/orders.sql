-- grain: one row per order that is under way
select
    o.id::uuid as id,
    o.customer_id::uuid as customer_id,
    o.status::text as status,
    o.currency::text as currency,
    (o.total_amount * 100)::bigint as total_cents
from order_orders o
where o.status in ('pending', 'confirmed', 'processing') and o.deleted_at is null
order by o.id
