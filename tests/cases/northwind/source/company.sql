select
    c.customer_id::text as company_id,
    c.company_name as name,
    c.country
from customers as c
