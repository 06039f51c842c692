insert into customer (customer_id) values ('c');
insert into payment (payment_id, customer_id, status, amount_cents, currency, created_at, processed_at) values
    ('done', 'c', 'completed', 10000, 'EUR', '2025-01-10', '2025-01-14'),
    ('on its way', 'c', 'pending', 10000, 'EUR', '2025-01-16', null),
    ('soft', 'c', 'completed', 1, 'USD', '2025-01-16', '2025-01-16'),
    ('hard', 'c', 'completed', 2, 'USD', '2025-01-16', '2025-01-16');
insert into payment (payment_id, status, amount_cents, refunded_cents, processed_at, refunded_at) values
    ('unprocessed', 'completed', 100, null, null, null),
    ('too much back', 'refunded', 100, 101, '2025-01-10', '2025-01-11'),
    ('back before it came', 'refunded', 100, 100, '2025-01-10', '2025-01-09'),
    ('never back', 'refunded', 100, 100, '2025-01-10', null),
    ('negative', 'completed', -1, null, '2025-01-10', null),
    ('barter', 'swapped', 100, null, null, null);
