-- grain: one row per stocked product: the warehouse that has most of it
select distinct on (product_id)
    id::uuid as id,
    product_id::uuid as product_id,
    quantity_on_hand,
    reorder_point,
    reorder_quantity,
    coalesce(unit_cost_cents, 0) as unit_cost_cents
from warehouse_inventory
where deleted_at is null
order by product_id, quantity_on_hand desc, id
