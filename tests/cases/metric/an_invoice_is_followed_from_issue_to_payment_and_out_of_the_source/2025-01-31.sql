insert into customer (customer_id, created_at) values ('nobody yet', '2024-06-01');
insert into invoice (invoice_id, customer_id, amount_cents) values ('hard', 'c', 2);
update invoice set deleted_at = null where invoice_id = 'soft';
