update deal set value_cents = 200000, stage = 'proposal', updated_at = '2025-01-14 12:00Z' where deal_id = 'd';
update deal set deleted_at = '2025-01-13' where deal_id = 'gone';
