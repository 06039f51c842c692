select 'all' as customer_id, 'All passengers' as name, 'customer' as status, timestamptz '2001-01-01 00:00Z' as created_at
