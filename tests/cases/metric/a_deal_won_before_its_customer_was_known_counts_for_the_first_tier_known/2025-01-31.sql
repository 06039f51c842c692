insert into customer (customer_id, status, tier, created_at) values ('c', 'customer', 'pro', '2025-01-20');
insert into deal (deal_id, customer_id, stage, actual_close_date) values ('d', 'c', 'closed_won', '2025-01-10');
