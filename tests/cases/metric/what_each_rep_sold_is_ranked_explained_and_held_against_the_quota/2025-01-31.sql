insert into sales_rep (sales_rep_id, name) values ('r1', 'Ann'), ('r2', 'Bob'), ('r3', 'Cy');
insert into territory (territory_id, name, region, sales_rep) values ('n', 'North', 'EU', 'r1'), ('s', 'South', 'EU', 'r2');
insert into customer (customer_id, status, sales_rep_id, converted_at) values
    ('a', 'customer', 'r1', '2024-06-01'), ('b', 'customer', 'r1', '2024-06-01'), ('c', 'customer', 'r1', '2024-06-01'), ('d', 'customer', 'r2', '2024-06-01');
insert into deal (deal_id, sales_rep_id, stage, value_cents, created_at, actual_close_date, expected_close_date, close_reason) values
    ('1', 'r1', 'closed_won', 100000, '2025-01-01', '2025-01-11', null, 'price'), ('2', 'r1', 'closed_won', 300000, '2025-01-01', '2025-01-21', null, 'service'),
    ('3', 'r2', 'closed_won', 400000, '2025-01-01', '2025-01-31', null, null), ('4', 'r2', 'closed_lost', 50000, '2025-01-01', '2025-01-15', null, 'price'),
    ('5', 'r1', 'closed_lost', 150000, '2025-01-01', '2025-01-16', null, 'no budget'), ('6', 'r3', 'proposal', 250000, '2025-01-01', null, '2025-02-15', null),
    ('7', 'r1', 'lead', 80000, '2025-01-01', null, '2025-03-01', null), ('8', 'r2', 'closed_won', 70000, '2024-12-01', '2024-12-20', null, ' ');
insert into quota (sales_rep, amount_cents) values ('r1', 900000);
