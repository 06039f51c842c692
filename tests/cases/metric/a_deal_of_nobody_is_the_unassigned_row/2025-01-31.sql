insert into sales_rep (sales_rep_id) values ('r');
insert into customer (customer_id, sales_rep_id) values ('c', 'r');
insert into deal (deal_id, customer_id, stage, value_cents, sales_rep_id, actual_close_date) values
('mine', 'c', 'closed_won', 500, 'r', '2025-01-10'), ('nobody''s', 'c', 'closed_won', 700, null, '2025-01-10'), ('lost', 'c', 'closed_lost', 900, null, '2025-01-10');
