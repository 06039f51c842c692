select
    o.o_orderkey::text as order_id,
    lpad(o.o_custkey::text, 9, '0') as customer_id,
    o.o_clerk as sales_rep_id,
    o.o_totalprice as amount,
    'USD' as currency,
    case o.o_orderstatus when 'F' then 'fulfilled' when 'O' then 'pending' else 'processing' end as status,
    o.o_orderdate::timestamp at time zone 'UTC' as ordered_at
from orders as o
