-- grain: one row per level that is new, changed or gone · $1 tenant_key, $2 noticed_at, $3 known_until · re-run: empty
insert into staging.changed_inventory (
    inventory_id, day, is_gone, product_key, warehouse, on_hand, reserved, committed, available, reorder_point, reorder_quantity, restocked_at, unit_cost_cents, currency, status)
with last as (
    select distinct on (f.inventory_id) f.*
    from star.fact_inventory_day as f
    where f.tenant_key = $1::int
    order by f.inventory_id, f.valid_from desc
),

image as (
    select s.*, coalesce(p.product_key, 0) as product_key,
        -- Another version of the product is no other level.
        case when kept.product_id = s.product_id then f.product_key else coalesce(p.product_key, 0) end as compared_key,
        s.deleted_at is not null as is_gone,
        case
            when s.deleted_at is not null then least(s.deleted_at, $2::timestamptz)
            -- A level that changed while the row's stamp did not: seen tonight for the first time.
            when s.updated_at is null or s.updated_at <= $3::timestamptz and f.inventory_id is not null then $2::timestamptz
            else least(s.updated_at, $2::timestamptz)
        end as changed_at
    from staging.inventory as s
    left join last as f on f.inventory_id = s.inventory_id
    left join star.dim_product as kept on kept.product_key = f.product_key
    left join star.dim_product as p on p.tenant_key = $1::int and p.product_id = s.product_id and p.is_current
)

select
    i.inventory_id,
    -- Never before the version it ends, nor inside one that ended.
    greatest((i.changed_at at time zone 'UTC')::date, f.valid_from, f.valid_until),
    i.is_gone, i.product_key, i.warehouse, i.on_hand, i.reserved, i.committed, i.available, i.reorder_point, i.reorder_quantity, i.restocked_at, i.unit_cost_cents, i.currency, i.status
from image as i
left join last as f on f.inventory_id = i.inventory_id
where case
    when i.is_gone then f.inventory_id is not null and f.valid_until is null
    else f.inventory_id is null or f.valid_until is not null
        or (i.compared_key, i.warehouse, i.on_hand, i.reserved, i.committed, i.available, i.reorder_point, i.reorder_quantity, i.restocked_at, i.unit_cost_cents, i.currency, i.status)
            is distinct from
            (f.product_key, f.warehouse, f.on_hand, f.reserved, f.committed, f.available, f.reorder_point, f.reorder_quantity, f.restocked_at, f.unit_cost_cents, f.currency, f.status)
end
