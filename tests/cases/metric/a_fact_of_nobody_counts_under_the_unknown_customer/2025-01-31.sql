insert into deal (deal_id, stage, actual_close_date) values ('d', 'closed_won', '2025-01-10');
insert into interaction (interaction_id, is_follow_up_required, follow_up_at) values ('i', true, '2025-01-20'), ('later', false, null);
insert into "order" (order_id) values ('o');
insert into subscription (subscription_id) values ('s');
