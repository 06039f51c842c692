insert into customer (customer_id) values ('c1'), ('c2'), ('c3'), ('c4'), ('c5');
insert into subscription (subscription_id, customer_id, status, started_at, trial_ended_at, cancelled_at, ended_at) values
    ('1', 'c1', 'active', '2024-12-01', '2024-12-10', null, null), ('2', 'c2', 'active', '2024-12-01', '2024-12-25', null, null),
    ('3', 'c3', 'cancelled', '2024-12-05', '2024-12-19', '2024-12-19', '2024-12-19'), ('4', 'c4', 'trial', '2025-01-20', '2025-02-10', null, null),
    ('5', 'c5', 'active', '2024-12-01', null, null, null);
