update subscription set amount_cents = 2000 where subscription_id = 'price';
update subscription set status = 'active', updated_at = '2025-01-25 10:00' where subscription_id = 'pause';
