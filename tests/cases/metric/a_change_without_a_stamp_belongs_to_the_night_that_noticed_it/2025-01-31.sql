update customer set status = 'prospect';
update deal set stage = 'proposal';
update deal set updated_at = '2025-01-31 10:00' where deal_id = 'stamped';
update subscription set status = 'paused';
