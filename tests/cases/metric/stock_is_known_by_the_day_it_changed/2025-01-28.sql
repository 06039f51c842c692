insert into product (product_id, sku, name) values ('p', 'P-1', 'Sensor');
insert into inventory (inventory_id, on_hand, reorder_point, unit_cost_cents, currency, updated_at) values
    ('moving', 10, 5, 500, 'EUR', '2025-01-14 09:00Z'),
    ('unstamped', 7, null, null, null, null),
    ('soft', 3, null, 500, 'USD', '2025-01-20'),
    ('hard', 4, null, 500, 'USD', '2025-01-20'),
    ('yen', 1, null, 100, 'JPY', '2025-01-20');
insert into inventory (inventory_id, product_id) values ('new product', 'not yet known');
insert into inventory (inventory_id, warehouse) values ('nowhere', null);
insert into inventory (inventory_id, deleted_at) values ('never seen', '2025-01-01');
