insert into sales_rep (sales_rep_id, email) values ('r', 'Rosa@x.example'), ('old', 'shared@x.example'), ('new', 'shared@x.example');
update sales_rep set deleted_at = '2024-01-01' where sales_rep_id = 'old';
insert into quota (sales_rep, currency, start_date, until_date) values
    ('r', 'EUR', '2025-01-01', '2025-02-01'), ('rosa@X.example', 'EUR', '2025-02-01', '2025-03-01'), ('shared@x.example', 'USD', '2025-01-01', '2025-02-01'),
    ('late@x.example', 'USD', '2025-01-01', '2025-02-01'), ('r', 'USD', '2025-03-01', '2025-03-01'), ('r', 'JPY', '2025-04-01', '2025-05-01'), ('r', 'USD', null, '2025-05-01');
insert into quota (sales_rep, amount_cents) values ('new', -1);
insert into territory (territory_id, name, country, sales_rep) values ('DACH', 'D-A-CH', 'DE', 'ROSA@x.example'), ('NORTH', 'North', 'SE', null), ('LOST', 'Lost', null, 'nobody');
