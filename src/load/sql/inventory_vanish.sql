-- grain: one row per level whose row vanished from the source · $1 tenant_key, $2 noticed_at · re-run: after the load, none
insert into staging.changed_inventory (inventory_id, day, is_gone)
select f.inventory_id, greatest(($2::timestamptz at time zone 'UTC')::date, f.valid_from), true
from star.fact_inventory_day as f
where f.tenant_key = $1::int and f.valid_until is null
    and not exists (select from staging.inventory as s where s.inventory_id = f.inventory_id)
    and not exists (select from vesper.quarantine as q where q.tenant_key = $1::int and q.entity = 'inventory' and q.entity_key = f.inventory_id)
