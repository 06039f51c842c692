update deal set sales_rep_id = 'heir', value_cents = 90000, updated_at = '2025-01-30 12:00';
