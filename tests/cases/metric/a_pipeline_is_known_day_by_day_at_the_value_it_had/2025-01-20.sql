update deal set stage = 'closed_won', actual_close_date = '2025-01-18', value_cents = 150000, updated_at = '2025-01-18 15:00Z' where deal_id = 'd';
