-- grain: one row per staged territory, as dim_territory wants it · $1 tenant_key · re-run: pure read
select
    $1::int as tenant_key,
    s.territory_id,
    s.name,
    s.region,
    s.country,
    s.attributes,
    coalesce(by_id.sales_rep_key, by_address.sales_rep_key, 0) as sales_rep_key,
    null::timestamptz as deleted_at,
    false as is_inferred
from staging.territory as s
left join star.sales_rep_handle as by_id on by_id.tenant_key = $1::int and by_id.handle = s.sales_rep
left join star.sales_rep_handle as by_address on by_address.tenant_key = $1::int and by_address.handle = lower(s.sales_rep)
