insert into customer (customer_id) values ('c'), ('twice'), ('twice');
insert into deal (deal_id, customer_id, stage, value_cents, created_at, actual_close_date) values
('sound', 'c', 'lead', 100, '2025-01-01', null), ('stage', 'c', 'won', 100, '2025-01-01', null), ('open close', 'c', 'closed_won', 100, '2025-01-01', null),
('twice', 'c', 'lead', 100, '2025-01-01', null), ('twice', 'c', 'lead', 200, '2025-01-01', null), (null, 'c', 'lead', 100, '2025-01-01', null),
(null, 'c', 'lead', 100, '2025-01-01', null), ('negative', 'c', 'lead', -1, '2025-01-01', null), ('backwards', 'c', 'closed_lost', 100, '2025-01-01', '2024-12-31');
insert into interaction (interaction_id, customer_id, type, duration_seconds) values ('fax', 'c', 'fax', -5);
insert into order_line (order_line_id, order_id) values ('stray', 'nowhere');
