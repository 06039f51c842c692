insert into customer (customer_id) values ('c');
insert into deal (deal_id, customer_id, stage, value_cents, currency, created_at, actual_close_date) values
('yen', 'c', 'closed_won', 100, 'JPY', '2025-01-01', '2025-01-10'), ('early', 'c', 'lead', 100, 'EUR', '2023-12-31', null),
('day before', 'c', 'closed_won', 1000, 'EUR', '2025-01-01', '2025-01-14'), ('day', 'c', 'closed_won', 1000, 'EUR', '2025-01-01', '2025-01-15'),
('half', 'c', 'closed_won', 5, 'EUR', '2025-01-01', '2025-01-10'), ('open', 'c', 'lead', 1000, 'EUR', '2024-06-01', null);
insert into "order" (order_id, customer_id, currency) values ('yen', 'c', 'JPY');
insert into order_line (order_line_id, order_id, currency) values ('yen', 'yen', 'JPY');
insert into subscription (subscription_id, customer_id, currency) values ('yen', 'c', 'JPY');
