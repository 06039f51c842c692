-- And back again.
insert into customer (customer_id, status, created_at, converted_at) values ('c', 'customer', '2024-11-01', '2024-12-10');
insert into deal (deal_id, customer_id) values ('open', 'c');
