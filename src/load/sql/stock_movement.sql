-- grain: one row per staged movement, as fact_stock_movement wants it · $1 tenant_key · re-run: pure read
with staged as (
    select s.*, (s.moved_at at time zone 'UTC')::date as moved_date
    from staging.stock_movement as s
)

select
    $1::int as tenant_key,
    s.stock_movement_id,
    coalesce(p.product_key, 0) as product_key,
    s.warehouse,
    s.type,
    s.quantity,
    s.quantity_before,
    s.quantity_after,
    s.unit_cost_cents,
    s.currency,
    round(s.quantity * s.unit_cost_cents * case when s.currency = t.currency then 1 else fx.rate end)::bigint as reporting_cost_cents,
    s.moved_at,
    s.moved_date
from staged as s
join star.dim_tenant as t on t.tenant_key = $1::int
left join star.dim_product as p
    on p.tenant_key = $1::int and p.product_id = s.product_id
    and p.valid_from <= s.moved_at and s.moved_at < p.valid_until
left join star.fx_span as fx on fx.tenant_key = $1::int and fx.currency = s.currency and fx.valid_from <= s.moved_date and s.moved_date < fx.valid_until
