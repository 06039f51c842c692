-- grain: one row per day on which a changed customer entered or left a stock or a flow · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_day (tenant_key, fact, day)
select distinct $1::int, 'customer', (instant at time zone 'UTC')::date
from (
    select unnest(array[v.valid_from, v.valid_until, v.deleted_at]) as instant
    from star.dim_customer as v join staging.changed_customer as c on c.customer_id = v.customer_id
    where v.tenant_key = $1::int
    union all
    select unnest(array[s.entered_at, s.left_at])
    from star.fact_customer_status as s join staging.changed_customer as c on c.customer_id = s.customer_id
    where s.tenant_key = $1::int
) as days
where isfinite(instant)
on conflict do nothing
