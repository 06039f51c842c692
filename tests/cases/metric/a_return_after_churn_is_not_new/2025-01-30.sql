update customer set status = 'churned', churned_at = '2025-01-30 09:00', updated_at = '2025-01-30 09:00';
