insert into customer (customer_id, status, created_at, converted_at, churned_at) values ('c', 'churned', '2024-01-01', '2024-06-01', '2025-01-10');
insert into customer_status_change values
    ('c', 'lead', '2024-01-01'), ('c', 'prospect', '2024-03-01'), ('c', 'customer', '2024-06-02'), ('c', 'churned', '2024-09-01'), ('c', 'customer', '2025-01-05'), ('c', 'churned', '2025-01-10'),
    ('nobody', 'lead', '2024-01-01');
insert into subscription (subscription_id, customer_id, status, amount_cents, currency, started_at, plan) values ('s', 'c', 'paused', 20000, 'EUR', '2024-12-01', 'pro');
insert into subscription_change (subscription_id, status, billing_period, amount_cents, changed_at) values
    ('s', 'active', 'monthly', 10000, '2024-12-01'), ('s', 'active', 'yearly', 240000, '2025-01-15'), ('s', 'paused', 'yearly', 240000, '2025-01-20'), ('nobody', 'active', 'monthly', 1, '2025-01-01'),
    ('s', 'active', 'monthly', 0, '2025-01-21');
