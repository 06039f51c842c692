-- The calendar begins in 1990: the series of 1949 is told 52 years later.
select
    p.month::text as order_id,
    'all' as customer_id,
    p.passengers as amount,
    'USD' as currency,
    'fulfilled' as status,
    (p.month + interval '52 years')::timestamp at time zone 'UTC' as ordered_at
from passenger as p
