select
    l.id::text as order_line_id,
    l.order_id::text as order_id,
    l.product_id::text as product_id,
    l.quantity,
    l.unit_price,
    l.total_amount as amount,
    l.currency,
    l.created_at,
    l.updated_at
from order_lines as l
