-- All came in January; twenty of those who became customers left in February.
insert into customer (customer_id, status, created_at, converted_at, churned_at)
select s.status || n, s.status, '2025-01-05', case when s.status in ('customer', 'churned') then timestamptz '2025-01-20' end,
    case when s.status = 'churned' then timestamptz '2025-02-10' end
from (values ('lead', 120), ('prospect', 80), ('customer', 230), ('churned', 20)) as s (status, customers)
cross join lateral generate_series(1, s.customers) as n;
