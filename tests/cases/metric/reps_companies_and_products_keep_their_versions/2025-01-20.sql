update sales_rep set is_active = false, updated_at = '2025-01-15';
update company set size = 'large', updated_at = '2025-01-16';
update product set category = 'games', updated_at = '2025-01-17';
insert into interaction (interaction_id, customer_id, sales_rep_id, started_at) values ('after', 'c', 'r', '2025-01-18');
insert into "order" (order_id, customer_id, sales_rep_id, ordered_at) values ('after', 'c', 'r', '2025-01-18');
insert into order_line (order_line_id, order_id, product_id) values ('after', 'after', 'p');
