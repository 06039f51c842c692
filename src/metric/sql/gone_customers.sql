-- grain: one row per customer who is on record no longer · $1 tenant_key · re-run: pure read
select l.customer_id
from cube.customer_life as l
where l.tenant_key = $1::int and not l.is_live
