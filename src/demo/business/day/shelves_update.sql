-- grain: one shelf a row of the arrays · re-run: sets the same values
update warehouse_inventory i
set
    quantity_on_hand = n.on_hand,
    quantity_reserved = least(i.quantity_reserved, n.on_hand),
    quantity_available = n.on_hand - least(i.quantity_reserved, n.on_hand),
    last_restocked = coalesce(n.restocked_at, i.last_restocked),
    status = case when n.on_hand > i.reorder_point then 'in_stock' else 'low_stock' end,
    updated_at = n.at at time zone 'utc'
from unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::timestamptz[]) as n (id, on_hand, restocked_at, at)
where i.id = n.id::text
