insert into deal (deal_id, customer_id, stage, actual_close_date) values ('won', 'late', 'closed_won', '2025-01-10');
insert into deal (deal_id, customer_id) values ('open', 'late');
