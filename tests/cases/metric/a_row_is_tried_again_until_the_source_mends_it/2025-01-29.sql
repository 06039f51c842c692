insert into customer (customer_id) values ('c');
insert into deal (deal_id, customer_id, value_cents) values ('sound', 'c', 100), ('broken', 'c', -100);
