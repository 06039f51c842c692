insert into inventory (inventory_id, on_hand, updated_at) values ('hard', 9, '2025-01-30 08:00Z');
update inventory set deleted_at = null where inventory_id = 'soft';
