insert into sales_rep (sales_rep_id) values ('winner'), ('heir');
insert into customer (customer_id, sales_rep_id) values ('c', 'winner');
insert into deal (deal_id, customer_id, stage, sales_rep_id, actual_close_date, updated_at) values ('d', 'c', 'closed_won', 'winner', '2025-01-20', '2025-01-20 12:00');
