insert into customer (customer_id, email) values ('c', 'c@x.example'), ('d', 'd@x.example'), ('e', 'e@x.example'), ('f', 'f@x.example');
insert into campaign (campaign_id, name, channel) values ('spring', 'Spring', 'email'), ('summer', 'Summer', 'event'), ('idle', 'Idle', 'email');
insert into campaign_cost (campaign_id, cost_date, amount_cents) values ('spring', '2025-01-02', 10000);
insert into campaign_touch (campaign_id, customer, type, touched_at) values
    ('spring', 'c', 'open', '2025-01-05'), ('summer', 'c', 'open', '2025-01-10'), ('spring', 'd', 'open', '2025-01-06'), ('spring', 'e', 'open', '2024-09-01'), ('spring', 'f', 'open', '2025-01-25');
insert into deal (deal_id, customer_id, stage, value_cents, created_at, actual_close_date) values
    ('1', 'c', 'closed_won', 90000, '2025-01-01', '2025-01-20'), ('2', 'd', 'closed_won', 30000, '2025-01-01', '2025-01-15'),
    ('3', 'e', 'closed_won', 50000, '2025-01-01', '2025-01-15'), ('4', 'f', 'closed_won', 70000, '2025-01-01', '2025-01-20');
