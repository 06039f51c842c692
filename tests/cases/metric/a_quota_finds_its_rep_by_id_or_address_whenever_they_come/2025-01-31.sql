insert into quota (sales_rep, start_date, until_date) values ('shared@x.example', '2025-01-01', '2025-02-01');
