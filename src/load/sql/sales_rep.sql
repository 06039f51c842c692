-- grain: one row per staged sales rep, as dim_sales_rep wants it · $1 tenant_key, $2 extracted_at (of the merge) · re-run: pure read
select
    $1::int as tenant_key,
    s.sales_rep_id,
    s.name,
    s.email,
    coalesce(s.is_active, true) as is_active,
    s.created_at,
    s.deleted_at,
    false as is_inferred
from staging.sales_rep as s
