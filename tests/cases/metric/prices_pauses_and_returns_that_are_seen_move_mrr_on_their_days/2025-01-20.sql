update subscription set amount_cents = 3000, updated_at = '2025-01-15 10:00' where subscription_id = 'price';
update subscription set status = 'paused', updated_at = '2025-01-14 10:00' where subscription_id = 'pause';
update subscription set status = 'active', updated_at = '2025-01-17 10:00' where subscription_id = 'trial';
update subscription set status = 'cancelled', ended_at = '2025-01-12 10:00', updated_at = '2025-01-18 10:00' where subscription_id = 'late';
delete from subscription where subscription_id = 'gone';
