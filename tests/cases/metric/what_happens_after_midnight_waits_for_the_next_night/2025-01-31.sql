-- The night of the 31st reads at two in the morning of the 1st.
update customer set status = 'customer', converted_at = '2025-02-01 00:30', updated_at = '2025-02-01 00:30';
update deal set stage = 'closed_won', actual_close_date = '2025-02-01', updated_at = '2025-02-01 00:30';
update subscription set status = 'paused', updated_at = '2025-02-01 00:30';
insert into interaction (interaction_id, customer_id, started_at) values ('i', 'c', '2025-02-01 00:30');
insert into customer (customer_id, created_at) values ('new', '2025-02-01 00:30');
