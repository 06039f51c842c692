-- unit_price and discount are float4: cast to numeric before multiplying, or totals drift by cents.
select
    o.order_id::text as order_id,
    o.order_id::text as order_number,
    o.customer_id::text as customer_id,
    o.employee_id::text as sales_rep_id,
    d.amount,
    'USD' as currency,
    case when o.shipped_date is null then 'confirmed' else 'fulfilled' end as status,
    o.order_date::timestamp at time zone 'UTC' as ordered_at,
    o.shipped_date::timestamp at time zone 'UTC' as fulfilled_at
from orders as o
join (
    select order_id, sum(unit_price::numeric * quantity * (1 - discount::numeric)) as amount
    from order_details
    group by order_id
) as d on d.order_id = o.order_id
