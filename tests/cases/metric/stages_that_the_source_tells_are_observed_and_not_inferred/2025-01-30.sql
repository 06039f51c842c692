insert into deal (deal_id, stage, created_at, updated_at) values
    ('told', 'proposal', '2024-12-01', '2024-12-20'), ('ahead', 'negotiation', '2024-12-01', '2024-12-20'), ('silent', 'qualified', '2024-12-01', '2024-12-20');
insert into deal_stage_change values
    ('told', 'qualified', '2024-12-05'), ('told', 'proposal', '2024-12-10'), ('told', 'proposal', '2024-12-11'),
    ('ahead', 'lead', '2024-12-01'), ('ahead', 'qualified', '2024-12-04'), ('nobody', 'lead', '2024-12-01'), ('told', 'won', '2024-12-12'), ('told', 'lead', 'infinity');
