select
    l.invoice_line_id::text as order_line_id,
    l.invoice_id::text as order_id,
    l.track_id::text as product_id,
    l.quantity,
    l.unit_price,
    l.unit_price * l.quantity as amount,
    'USD' as currency
from invoice_line as l
