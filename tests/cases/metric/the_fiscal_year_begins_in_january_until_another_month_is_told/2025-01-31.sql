insert into customer (customer_id) values ('c');
