insert into customer (customer_id, created_at) values ('c', '2024-12-29'), ('d', '2024-12-30');
insert into deal (deal_id, customer_id, stage, created_at, actual_close_date) values
('sunday before', 'c', 'closed_won', '2024-12-29', '2024-12-29'),
('monday', 'c', 'closed_won', '2024-12-29', '2024-12-30'),
('sunday', 'c', 'closed_won', '2024-12-29', '2025-01-05');
