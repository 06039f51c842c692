select
    c.customer_id::text as customer_id,
    c.first_name || ' ' || c.last_name as name,
    'customer' as status,
    c.support_rep_id::text as sales_rep_id,
    f.first_date at time zone 'UTC' as created_at,
    f.first_date at time zone 'UTC' as converted_at
from customer as c
join (select i.customer_id, min(i.invoice_date) as first_date from invoice as i group by i.customer_id) as f on f.customer_id = c.customer_id
