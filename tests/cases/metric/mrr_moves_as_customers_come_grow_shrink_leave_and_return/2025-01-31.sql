insert into customer (customer_id) values ('grows'), ('shrinks'), ('returns'), ('swaps'), ('tries'), ('told');
insert into subscription (subscription_id, customer_id, status, billing_period, amount_cents, currency, started_at, trial_ended_at, ended_at, updated_at) values
('g1', 'grows', 'active', 'monthly', 1000, 'USD', '2025-01-02', null, null, null),
('g2', 'grows', 'active', 'yearly', 1000, 'EUR', '2025-01-10', null, null, null),
('s1', 'shrinks', 'active', 'monthly', 1000, 'USD', '2025-01-02', null, null, null),
('s2', 'shrinks', 'cancelled', 'quarterly', 1000, 'USD', '2025-01-02', null, '2025-01-20', null),
('r1', 'returns', 'cancelled', 'monthly', 1000, 'USD', '2025-01-02', null, '2025-01-12', null),
('r2', 'returns', 'active', 'monthly', 1500, 'USD', '2025-01-22', null, null, null),
('w1', 'swaps', 'expired', 'monthly', 1000, 'USD', '2025-01-02', null, '2025-01-15 08:00', null),
('w2', 'swaps', 'active', 'monthly', 1000, 'USD', '2025-01-15 17:00', null, null, null),
('t1', 'tries', 'active', 'monthly', 1000, 'USD', '2025-01-02', '2025-01-16', null, null),
('t2', 'tries', 'trial', 'monthly', 1000, 'USD', '2025-01-20', '2025-02-20', null, null),
('t3', 'tries', 'expired', 'monthly', 9000, 'USD', '2025-01-20 08:00', null, '2025-01-20 17:00', null),
('told', 'told', 'cancelled', 'yearly', 240000, 'USD', '2025-01-02', null, '2025-01-28', null);
insert into subscription_change (subscription_id, status, billing_period, amount_cents, changed_at) values
('told', 'active', 'monthly', 10000, '2025-01-04'), ('told', 'active', 'yearly', 240000, '2025-01-08'), ('told', 'paused', 'yearly', 240000, '2025-01-12'),
('told', 'active', 'yearly', 240000, '2025-01-18'), ('told', 'active', 'monthly', 15000, '2025-01-24');
