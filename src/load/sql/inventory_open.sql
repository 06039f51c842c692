-- grain: one level per row that is new or changed; a second change of a day overwrites the first · $1 tenant_key · re-run: the same rows
insert into star.fact_inventory_day as f (
    tenant_key, inventory_id, valid_from, product_key, warehouse, on_hand, reserved, committed, available, reorder_point, reorder_quantity, restocked_at, unit_cost_cents, currency, status)
select
    $1::int, c.inventory_id, c.day, c.product_key, c.warehouse, c.on_hand, c.reserved, c.committed, c.available, c.reorder_point, c.reorder_quantity, c.restocked_at, c.unit_cost_cents, c.currency, c.status
from staging.changed_inventory as c
where not c.is_gone
on conflict (tenant_key, inventory_id, valid_from) do update
set valid_until = null, product_key = excluded.product_key, warehouse = excluded.warehouse, on_hand = excluded.on_hand, reserved = excluded.reserved,
    committed = excluded.committed, available = excluded.available, reorder_point = excluded.reorder_point, reorder_quantity = excluded.reorder_quantity,
    restocked_at = excluded.restocked_at, unit_cost_cents = excluded.unit_cost_cents, currency = excluded.currency, status = excluded.status
