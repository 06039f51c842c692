select m.customer_id::text as customer_id, m.customer_id::text as name, 'customer' as status,
    min(m.order_date)::timestamp at time zone 'UTC' as created_at, min(m.order_date)::timestamp at time zone 'UTC' as converted_at
from cdnow.master as m
group by m.customer_id
