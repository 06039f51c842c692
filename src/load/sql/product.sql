-- grain: one row per staged product, as dim_product wants it · $1 tenant_key, $2 extracted_at (of the merge) · re-run: pure read
select
    $1::int as tenant_key,
    s.product_id,
    s.sku,
    s.name,
    s.category,
    s.brand,
    s.status,
    s.created_at,
    s.deleted_at,
    false as is_inferred
from staging.product as s
