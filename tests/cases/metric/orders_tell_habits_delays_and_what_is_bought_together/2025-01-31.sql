insert into customer (customer_id) values ('c1'), ('c2');
insert into product (product_id, name, category) values ('a', 'Anvil', 'tools'), ('b', 'Bolt', null), ('c', 'Clamp', 'tools');
insert into "order" (order_id, customer_id, status, ordered_at, fulfilled_at) values
    ('1', 'c1', 'fulfilled', '2025-01-05', '2025-01-07'), ('2', 'c1', 'fulfilled', '2025-01-15', '2025-01-19'), ('3', 'c1', 'fulfilled', '2025-01-18', '2025-01-23'),
    ('4', 'c2', 'pending', '2025-01-18', null), ('5', 'c2', 'cancelled', '2025-01-19', null);
insert into order_line (order_line_id, order_id, product_id) values
    ('1a', '1', 'a'), ('1b', '1', 'b'), ('2a', '2', 'a'), ('2b', '2', 'b'), ('3a', '3', 'a'), ('4b', '4', 'b'), ('4c', '4', 'c'), ('5a', '5', 'a'), ('5b', '5', 'b');
