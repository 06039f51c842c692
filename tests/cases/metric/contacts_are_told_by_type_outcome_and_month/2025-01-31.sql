insert into customer (customer_id) values ('c1'), ('c2');
insert into interaction (interaction_id, customer_id, type, outcome, duration_seconds, started_at) values
    ('1', 'c1', 'call', 'successful', 600, '2025-01-10'), ('2', 'c1', 'call', null, 300, '2025-01-11'), ('3', 'c2', 'email', 'no_answer', null, '2025-01-12'),
    ('4', 'c2', 'call', 'successful', null, '2025-01-12');
