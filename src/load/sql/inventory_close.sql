-- grain: the running level of each row that changed or is gone, ended · $1 tenant_key · re-run: ends nothing twice
update star.fact_inventory_day as f
set valid_until = c.day
from staging.changed_inventory as c
where f.tenant_key = $1::int and f.inventory_id = c.inventory_id and f.valid_until is null
