update deal set stage = 'negotiation', actual_close_date = null, updated_at = '2025-01-31 12:00';
