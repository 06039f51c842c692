insert into product (product_id) values ('p');
insert into stock_movement (stock_movement_id, type, quantity, unit_cost_cents, currency, moved_at) values
    ('in', 'receipt', 10, 500, 'EUR', '2025-01-14'), ('out', 'commit', -4, 500, 'EUR', '2025-01-15'), ('free', 'adjustment', 1, null, null, '2025-01-15'),
    ('stolen', 'theft', -1, 500, 'USD', '2025-01-15'), ('yen', 'receipt', 1, 500, 'JPY', '2025-01-15'), ('timeless', 'receipt', 1, 500, 'USD', null);
