-- grain: one row per day on which a customer of a first load entered or left a stock or a flow · $1 tenant_key · re-run: adds nothing
-- Every customer is a changed one: the tables are read by themselves.
insert into vesper.touched_day (tenant_key, fact, day)
select distinct $1::int, 'customer', (d.instant at time zone 'UTC')::date
from (
    select distinct i.instant
    from star.dim_customer as v
    cross join lateral (values (v.valid_from), (v.valid_until), (v.deleted_at)) as i (instant)
    where v.tenant_key = $1::int
    union all
    select distinct i.instant
    from star.fact_customer_status as s
    cross join lateral (values (s.entered_at), (s.left_at)) as i (instant)
    where s.tenant_key = $1::int
) as d
where isfinite(d.instant)
on conflict do nothing
