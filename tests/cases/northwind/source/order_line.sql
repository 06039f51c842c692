select
    d.order_id || '-' || d.product_id as order_line_id,
    d.order_id::text as order_id,
    d.product_id::text as product_id,
    d.quantity,
    d.unit_price::numeric as unit_price,
    d.unit_price::numeric * d.quantity * (1 - d.discount::numeric) as amount,
    'USD' as currency
from order_details as d
