insert into customer (customer_id) values ('price'), ('pause'), ('trial'), ('late'), ('gone');
insert into subscription (subscription_id, customer_id, status, amount_cents, started_at, trial_ended_at) values
('price', 'price', 'active', 1000, '2025-01-02', null), ('pause', 'pause', 'active', 1000, '2025-01-02', null), ('trial', 'trial', 'trial', 1000, '2025-01-02', '2025-01-16'),
('late', 'late', 'active', 1000, '2025-01-02', null), ('gone', 'gone', 'active', 1000, '2025-01-02', null);
