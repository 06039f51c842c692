select c.customer_id::text as customer_id, c.first_name || ' ' || c.last_name as name, 'customer' as status, c.support_rep_id::text as sales_rep_id,
    min(i.invoice_date) at time zone 'UTC' as created_at, min(i.invoice_date) at time zone 'UTC' as converted_at
from customer as c
join invoice as i on i.customer_id = c.customer_id
group by c.customer_id
