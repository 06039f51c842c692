insert into customer (customer_id, tier) values ('c', null), ('d', 'free');
