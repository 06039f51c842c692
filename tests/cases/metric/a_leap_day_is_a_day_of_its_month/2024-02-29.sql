insert into customer (customer_id) values ('c');
insert into deal (deal_id, customer_id, stage, created_at, actual_close_date) values
('leap', 'c', 'closed_won', '2024-02-28 23:59:59', '2024-02-29'),
('month', 'c', 'closed_won', '2023-02-28', '2023-03-01');
