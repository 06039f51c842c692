insert into customer (customer_id, status, created_at, converted_at) values ('c', 'customer', '2024-11-01', '2024-12-10'), ('d', 'lead', '2024-11-01', null);
insert into deal (deal_id, customer_id, stage, actual_close_date) values ('won', 'c', 'closed_won', '2025-01-20');
insert into deal (deal_id, customer_id) values ('open', 'c');
insert into interaction (interaction_id, customer_id, is_follow_up_required) values ('i', 'c', true);
insert into "order" (order_id, customer_id) values ('o', 'c');
insert into order_line (order_line_id, order_id) values ('l', 'o');
insert into subscription (subscription_id, customer_id) values ('s', 'c');
