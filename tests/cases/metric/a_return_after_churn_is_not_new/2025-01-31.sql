update customer set status = 'customer', updated_at = '2025-01-31 09:00';
