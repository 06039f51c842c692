insert into customer (customer_id, tier, created_at) values ('c', 'pro', '2024-01-01');
insert into invoice (invoice_id, customer_id, order_id, amount_cents, currency, issued_at, due_at) values
    ('open', 'c', 'o', 10000, 'EUR', '2025-01-14 23:30Z', '2025-01-28'),
    ('later', 'c', null, 10000, 'EUR', '2025-01-15', null),
    ('stranger', 'nobody yet', null, 500, 'USD', '2025-01-15', null),
    ('soft', 'c', null, 1, 'USD', '2025-01-15', null),
    ('hard', 'c', null, 2, 'USD', '2025-01-15', null);
insert into invoice (invoice_id, status, amount_cents, currency, issued_at, due_at, paid_at) values
    ('unpaid', 'paid', 100, 'USD', '2025-01-15', null, null),
    ('backwards', 'sent', 100, 'USD', '2025-01-15', '2025-01-14', null),
    ('yen', 'sent', 100, 'JPY', '2025-01-15', null, null),
    ('euro', 'sent', 100, 'Euro', '2025-01-15', null, null),
    ('ancient', 'sent', 100, 'USD', '0001-01-01', null, null),
    ('endless', 'sent', 100, 'USD', '2025-01-15', 'infinity', null),
    ('nothing', 'sent', null, 'USD', '2025-01-15', null, null),
    ('twice', 'sent', 100, 'USD', '2025-01-15', null, null),
    ('twice', 'sent', 100, 'USD', '2025-01-15', null, null);
