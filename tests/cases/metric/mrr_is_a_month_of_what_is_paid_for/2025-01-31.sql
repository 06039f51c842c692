insert into customer (customer_id) values ('c');
insert into subscription (subscription_id, customer_id, status, billing_period, amount_cents, started_at, trial_ended_at, ended_at, updated_at) values
('monthly', 'c', 'active', 'monthly', 1000, '2024-06-01', null, null, null),
('quarterly', 'c', 'active', 'quarterly', 1000, '2024-06-01', null, null, null),
('yearly', 'c', 'active', 'yearly', 1000, '2024-06-01', null, null, null),
('trial', 'c', 'trial', 'monthly', 1000, '2025-01-20', '2025-02-20', null, null),
('paused', 'c', 'paused', 'monthly', 1000, '2024-06-01', null, null, '2025-01-15'),
('left on trial', 'c', 'cancelled', 'monthly', 1000, '2024-06-01', '2024-07-01', '2024-06-20', null),
('leaves', 'c', 'cancelled', 'monthly', 1000, '2024-06-01', null, '2025-03-01', null),
('left', 'c', 'expired', 'monthly', 1000, '2024-06-01', null, '2025-01-31 12:00', null);
