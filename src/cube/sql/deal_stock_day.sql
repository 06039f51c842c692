-- grain: one row per day, stage and owner with a movement, of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.deal_stock_day (tenant_key, day, stage, sales_rep_key, deals, value_cents, weighted_cents, probability, entered_day_sum)
with touched as materialized (
    select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'deal'
),

-- The deals with a visit that begins or ends on a touched day, or that were deleted on one: found by indexes.
moved as (
    select v.deal_id from star.fact_deal_stage as v
    where v.tenant_key = $1::int and (v.entered_at at time zone 'UTC')::date in (select day from touched)
    union
    select v.deal_id from star.fact_deal_stage as v
    where v.tenant_key = $1::int and (v.left_at at time zone 'UTC')::date in (select day from touched)
    union
    select d.deal_id from star.fact_deal as d
    where d.tenant_key = $1::int and (d.deleted_at at time zone 'UTC')::date in (select day from touched)
),

visit as (
    select v.stage, r.durable_key as sales_rep_key, d.reporting_cents, d.probability,
        (v.entered_at at time zone 'UTC')::date as entered_date,
        (least(v.left_at, d.deleted_at) at time zone 'UTC')::date as left_date
    from moved as m
    join star.fact_deal_stage as v on v.tenant_key = $1::int and v.deal_id = m.deal_id
    join star.fact_deal as d on d.tenant_key = $1::int and d.deal_id = m.deal_id
    join star.dim_sales_rep as r on r.sales_rep_key = d.sales_rep_key
    where d.deleted_at is null or v.entered_at < d.deleted_at
),

movement as (
    select v.*, v.entered_date as day, 1 as sign from visit as v
    union all
    select v.*, v.left_date, -1 from visit as v where v.left_date is not null
)

select
    $1::int, m.day, m.stage, m.sales_rep_key, sum(m.sign), sum(m.sign * m.reporting_cents), sum(m.sign * m.reporting_cents * m.probability),
    sum(m.sign * m.probability), sum(m.sign * (m.entered_date - date '2000-01-01'))
from movement as m
where m.day in (select day from touched)
group by m.day, m.stage, m.sales_rep_key
having sum(m.sign) <> 0 or sum(m.sign * m.reporting_cents) <> 0 or sum(m.sign * m.probability) <> 0 or sum(m.sign * (m.entered_date - date '2000-01-01')) <> 0
