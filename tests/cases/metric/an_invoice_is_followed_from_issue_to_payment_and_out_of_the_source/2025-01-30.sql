update invoice set status = 'paid', paid_at = '2025-01-30 10:00Z' where invoice_id = 'open';
update invoice set deleted_at = '2025-01-30' where invoice_id = 'soft';
update invoice set issued_at = '2025-01-15' where invoice_id = 'ancient';
delete from invoice where invoice_id in ('hard', 'twice');
