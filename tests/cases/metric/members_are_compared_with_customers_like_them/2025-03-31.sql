insert into customer (customer_id, email, tier) values ('m1', 'm1@x', 'pro'), ('m2', 'm2@x', 'pro'), ('o1', 'o1@x', 'pro'), ('o2', 'o2@x', 'pro'), ('alone', 'alone@x', 'basic');
insert into loyalty_member (customer, joined_date) values ('m1', '2024-12-01'), ('m2', '2024-12-01'), ('alone', '2024-12-01');
insert into deal (deal_id, customer_id, stage, value_cents, created_at, actual_close_date) values
    ('1', 'm1', 'closed_won', 30000, '2025-01-01', '2025-02-01'), ('2', 'm2', 'closed_won', 10000, '2025-01-01', '2025-02-01'),
    ('3', 'o1', 'closed_won', 10000, '2025-01-01', '2025-02-01'), ('4', 'o2', 'closed_won', 10000, '2025-01-01', '2025-02-01'), ('5', 'alone', 'closed_won', 99000, '2025-01-01', '2025-02-01');
