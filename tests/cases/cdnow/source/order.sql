select
    m.line::text as order_id,
    m.customer_id,
    m.amount,
    'USD' as currency,
    'fulfilled' as status,
    m.order_date::timestamp at time zone 'UTC' as ordered_at
from master as m
