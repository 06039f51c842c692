insert into customer (customer_id, status, created_at, updated_at) values ('c', 'lead', '2025-01-01', '2025-01-01');
insert into deal (deal_id, customer_id, stage, created_at, updated_at) values ('d', 'c', 'proposal', '2025-01-01', '2025-01-02');
insert into subscription (subscription_id, customer_id) values ('s', 'c');
