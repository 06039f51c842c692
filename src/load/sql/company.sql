-- grain: one row per staged company, as dim_company wants it · $1 tenant_key, $2 extracted_at (of the merge) · re-run: pure read
select
    $1::int as tenant_key,
    s.company_id,
    s.name,
    s.industry,
    s.size,
    s.country,
    s.created_at,
    s.deleted_at,
    false as is_inferred
from staging.company as s
