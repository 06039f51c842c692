select (row_number() over (order by m.customer_id, m.order_date, m.amount, m.n_cds))::text as order_id, m.customer_id::text as customer_id,
    m.amount, 'USD' as currency, 'fulfilled' as status, m.order_date::timestamp at time zone 'UTC' as ordered_at,
    m.order_date::timestamp at time zone 'UTC' as fulfilled_at
from cdnow.master as m
