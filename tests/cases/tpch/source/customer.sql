-- A third of the customers never ordered: leads of an unknown date. The market segment is an attribute.
select
    lpad(c.c_custkey::text, 9, '0') as customer_id,
    c.c_name as name,
    case when f.first_date is null then 'lead' else 'customer' end as status,
    coalesce(f.first_date, date '1992-01-01')::timestamp at time zone 'UTC' as created_at,
    f.first_date::timestamp at time zone 'UTC' as converted_at,
    trim(c.c_mktsegment) as market
from customer as c
left join (select o.o_custkey, min(o.o_orderdate) as first_date from orders as o group by o.o_custkey) as f on f.o_custkey = c.c_custkey
