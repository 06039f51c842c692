-- A movement is of a product in a warehouse; both stand in the inventory it belongs to, and so does the currency.
select
    m.id::text as stock_movement_id,
    i.product_id::text as product_id,
    i.warehouse_id::text as warehouse,
    m.type::text as type,
    m.quantity,
    m.quantity_before_move as quantity_before,
    m.quantity_after_move as quantity_after,
    m.unit_cost_cents,
    i.currency_code as currency,
    m.movement_date at time zone 'UTC' as moved_at,
    m.created_at at time zone 'UTC' as created_at
from warehouse_stock_movements as m
join warehouse_inventory as i on i.id = m.inventory_id
