insert into deal (deal_id, stage, created_at, updated_at) values
    ('a', 'qualified', '2025-01-01', '2025-01-20'), ('b', 'qualified', '2025-01-01', '2025-01-20'), ('c', 'qualified', '2025-01-01', '2025-01-20'),
    ('d', 'proposal', '2025-01-01', '2025-01-20');
insert into deal_stage_change values
    ('a', 'lead', '2025-01-01'), ('a', 'qualified', '2025-01-02'), ('b', 'lead', '2025-01-01'), ('b', 'qualified', '2025-01-03'),
    ('c', 'lead', '2025-01-01'), ('c', 'qualified', '2025-01-07'), ('d', 'lead', '2025-01-01'), ('d', 'qualified', '2025-01-04'), ('d', 'proposal', '2025-01-05');
