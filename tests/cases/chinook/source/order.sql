select
    i.invoice_id::text as order_id,
    i.customer_id::text as customer_id,
    c.support_rep_id::text as sales_rep_id,
    i.total as amount,
    'USD' as currency,
    'fulfilled' as status,
    i.invoice_date at time zone 'UTC' as ordered_at
from invoice as i
join customer as c on c.customer_id = i.customer_id
