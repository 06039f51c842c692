select
    o.id::text as order_id,
    o.order_number,
    o.customer_id::text as customer_id,
    o.total_amount as amount,
    o.currency,
    o.status::text as status,
    o.order_date as ordered_at,
    o.fulfilled_at,
    o.cancelled_at,
    o.created_at,
    o.updated_at,
    o.deleted_at
from order_orders as o
