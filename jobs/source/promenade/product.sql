select
    p.id::text as product_id,
    p.sku,
    p.name,
    p.category,
    p.brand,
    p.status::text as status,
    p.created_at at time zone 'UTC' as created_at,
    p.updated_at at time zone 'UTC' as updated_at,
    p.deleted_at at time zone 'UTC' as deleted_at
from warehouse_products as p
