insert into customer (customer_id, email, status, tier, created_at, converted_at) values ('c', 'Cora@x.example', 'customer', 'pro', '2024-01-01', '2025-01-15'), ('d', 'dan@x.example', 'lead', 'free', '2024-01-01', null);
insert into campaign (campaign_id, name, channel, start_date, until_date, budget_cents, currency) values
    ('spring', 'Spring', 'email', '2025-01-01', '2025-02-01', 500000, 'EUR'), ('endless', 'Endless', 'email', '2025-01-01', '2025-01-01', null, null);
insert into campaign_cost (campaign_id, cost_date, amount_cents, currency) values
    ('spring', '2025-01-14', 10000, 'EUR'), ('spring', '2025-01-15', 10000, 'EUR'), ('summer', '2025-01-15', 1, 'USD'), ('spring', '2025-01-16', -1, 'USD'), ('spring', '1066-01-01', 1, 'USD');
insert into campaign_touch (campaign_id, customer, type, touched_at) values
    ('spring', 'cora@x.example', 'open', '2025-01-10 10:00Z'), ('spring', 'c', 'click', '2025-01-20'), ('summer', 'd', 'open', '2025-01-20'), ('spring', 'stranger@x.example', 'open', '2025-01-20');
insert into loyalty_member (customer, tier, points, joined_date, left_date) values
    ('CORA@x.example', 'gold', 120, '2025-01-16', null), ('d', 'blue', 5, '2025-01-16', '2025-01-20'), ('c', 'gold', -1, '2025-01-16', null), ('stranger@x.example', 'blue', 1, '2025-01-20', '2025-01-19');
