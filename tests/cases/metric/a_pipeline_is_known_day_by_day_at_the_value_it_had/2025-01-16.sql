update deal set sales_rep_id = 's', probability = 60, updated_at = '2025-01-16 09:00Z' where deal_id = 'd';
