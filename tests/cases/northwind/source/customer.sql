-- Whoever has ordered is a customer since the first order; the others are leads of an unknown date.
select
    c.customer_id::text as customer_id,
    c.company_name as name,
    case when f.first_date is null then 'lead' else 'customer' end as status,
    c.customer_id::text as company_id,
    coalesce(f.first_date, date '1996-07-04')::timestamp at time zone 'UTC' as created_at,
    f.first_date::timestamp at time zone 'UTC' as converted_at
from customers as c
left join (select o.customer_id, min(o.order_date) as first_date from orders as o group by o.customer_id) as f on f.customer_id = c.customer_id
