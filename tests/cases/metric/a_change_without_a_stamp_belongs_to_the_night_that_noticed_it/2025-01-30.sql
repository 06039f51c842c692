insert into customer (customer_id, updated_at) values ('c', '2024-01-01');
insert into deal (deal_id, customer_id, updated_at) values ('forgotten', 'c', '2024-12-01'), ('stamped', 'c', '2024-12-01');
insert into subscription (subscription_id, customer_id, updated_at) values ('s', 'c', '2024-12-01');
