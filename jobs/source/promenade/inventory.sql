select
    i.id::text as inventory_id,
    i.product_id::text as product_id,
    i.warehouse_id::text as warehouse,
    i.quantity_on_hand as on_hand,
    i.quantity_reserved as reserved,
    i.quantity_committed as committed,
    i.quantity_available as available,
    i.reorder_point,
    i.reorder_quantity,
    i.last_restocked as restocked_at,
    i.unit_cost_cents,
    i.currency_code as currency,
    i.status::text as status,
    i.updated_at at time zone 'UTC' as updated_at,
    i.deleted_at at time zone 'UTC' as deleted_at
from warehouse_inventory as i
