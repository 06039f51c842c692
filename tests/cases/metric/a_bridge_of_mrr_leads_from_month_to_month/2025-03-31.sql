insert into customer (customer_id) values ('a'), ('b'), ('c'), ('d');
insert into subscription (subscription_id, customer_id, plan, status, billing_period, amount_cents, currency, started_at, trial_ended_at, ended_at, updated_at) values
-- Pays 10.00 since December, 5.00 more from February, and takes the 5.00 back within the same month.
('a1', 'a', 'basic', 'active', 'monthly', 1000, 'USD', '2024-12-10', null, null, null),
('a2', 'a', 'pro', 'cancelled', 'monthly', 500, 'USD', '2025-02-03', null, '2025-02-20', null),
-- Stops in January and returns in March for less.
('b1', 'b', 'pro', 'cancelled', 'yearly', 24000, 'USD', '2024-12-20', null, '2025-01-15', null),
('b2', 'b', 'basic', 'active', 'monthly', 1200, 'USD', '2025-03-05', null, null, null),
-- New in February, two plans; one of them ends in March.
('c1', 'c', 'basic', 'active', 'monthly', 700, 'USD', '2025-02-11', null, null, null),
('c2', 'c', 'pro', 'cancelled', 'quarterly', 900, 'USD', '2025-02-11', null, '2025-03-31', null),
-- Never paid.
('d1', 'd', 'pro', 'trial', 'monthly', 900, 'USD', '2025-03-20', '2025-04-20', null, null);
