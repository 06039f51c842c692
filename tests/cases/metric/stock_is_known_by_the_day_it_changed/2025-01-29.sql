update inventory set on_hand = 4, updated_at = '2025-01-29 10:00Z' where inventory_id = 'moving';
update inventory set on_hand = 6 where inventory_id = 'unstamped';
update inventory set deleted_at = '2025-01-29 12:00Z' where inventory_id = 'soft';
delete from inventory where inventory_id = 'hard';
