update payment set status = 'refunded', refunded_cents = 5000, refunded_at = '2025-01-20' where payment_id = 'done';
update payment set status = 'completed', processed_at = '2025-01-31 08:00Z' where payment_id = 'on its way';
update payment set deleted_at = '2025-01-31' where payment_id = 'soft';
delete from payment where payment_id = 'hard';
