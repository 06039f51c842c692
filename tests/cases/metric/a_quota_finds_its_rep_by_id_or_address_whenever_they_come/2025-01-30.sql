insert into sales_rep (sales_rep_id, email) values ('late', 'late@x.example');
update quota set amount_cents = 200000 where sales_rep = 'r' and start_date = '2025-01-01';
delete from quota where sales_rep = 'shared@x.example';
delete from territory where territory_id = 'NORTH';
