-- grain: one row per day, status, tier and owner with a movement, of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.customer_stock_day (tenant_key, day, status, tier, sales_rep_key, customers)
with version as (
    select c.status, c.tier, r.durable_key as sales_rep_key, c.valid_from, nullif(least(c.valid_until, c.deleted_at), 'infinity') as ends_at
    from star.dim_customer as c
    join star.dim_sales_rep as r on r.sales_rep_key = c.sales_rep_key
    where c.tenant_key = $1::int and not c.is_inferred and (c.deleted_at is null or c.valid_from < c.deleted_at)
),

movement as (
    select v.*, (v.valid_from at time zone 'UTC')::date as day, 1 as sign from version as v
    union all
    select v.*, (v.ends_at at time zone 'UTC')::date, -1 from version as v where v.ends_at is not null
)

select $1::int, m.day, m.status, m.tier, m.sales_rep_key, sum(m.sign)
from movement as m
where m.day in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'customer')
group by m.day, m.status, m.tier, m.sales_rep_key
having sum(m.sign) <> 0
