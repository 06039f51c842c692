select
    m.customer_id,
    m.customer_id as name,
    'customer' as status,
    min(m.order_date)::timestamp at time zone 'UTC' as created_at,
    min(m.order_date)::timestamp at time zone 'UTC' as converted_at
from master as m
group by m.customer_id
