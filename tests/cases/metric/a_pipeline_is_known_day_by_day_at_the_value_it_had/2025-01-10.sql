insert into customer (customer_id) values ('c');
insert into sales_rep (sales_rep_id) values ('r'), ('s');
insert into deal (deal_id, customer_id, sales_rep_id, created_at, expected_close_date) values ('d', 'c', 'r', '2025-01-02', '2025-01-15'), ('gone', 'c', 'r', '2025-01-02', null);
insert into subscription (subscription_id, customer_id, plan) values ('pro', 'c', 'pro'), ('none', 'c', null);
