update deal set stage = 'proposal' where deal_id = 'sound';
