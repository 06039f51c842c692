insert into sales_rep (sales_rep_id, name) values ('r', 'Rosa');
insert into company (company_id, size) values ('f', 'small');
insert into product (product_id, name, category) values ('p', 'Kite', 'toys');
insert into customer (customer_id, status, sales_rep_id, company_id) values ('c', 'customer', 'r', 'f');
insert into deal (deal_id, customer_id, company_id, sales_rep_id, stage, actual_close_date) values ('open', 'c', 'f', 'r', 'lead', null), ('won', 'c', 'f', 'r', 'closed_won', '2025-01-08');
insert into interaction (interaction_id, customer_id, sales_rep_id, started_at) values ('before', 'c', 'r', '2025-01-05');
insert into "order" (order_id, customer_id, sales_rep_id, ordered_at) values ('before', 'c', 'r', '2025-01-05');
insert into order_line (order_line_id, order_id, product_id) values ('before', 'before', 'p');
insert into quota (sales_rep, start_date, until_date, amount_cents) values ('r', '2025-01-01', '2025-02-01', 100000);
