-- 120 deals worth 15 million dollars, as the contract's example has them.
insert into customer (customer_id) values ('c');
insert into deal (deal_id, customer_id, stage, value_cents, actual_close_date)
select s.stage || n, 'c', s.stage, s.cents, case when s.stage like 'closed%' then date '2025-01-20' end
from (values ('lead', 30, 10000000), ('qualified', 25, 8000000), ('proposal', 20, 15000000), ('negotiation', 15, 20000000), ('closed_won', 20, 15000000), ('closed_lost', 10, 10000000))
    as s (stage, deals, cents)
cross join lateral generate_series(1, s.deals) as n;
