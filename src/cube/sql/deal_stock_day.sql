-- grain: one row per day, stage and owner with a movement, of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.deal_stock_day (tenant_key, day, stage, sales_rep_key, deals, value_cents, weighted_cents, probability, entered_day_sum)
with touched as materialized (
    select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'deal'
),

-- A visit begins, and it ends by itself or with its deal, whichever comes first: each by its own day, and with its deal at hand, so that the
-- rows of a few days are found by indexes and no other deal is read.
movement as (
    select (v.entered_at at time zone 'UTC')::date as day, 1 as sign, v.stage, v.entered_at, d.sales_rep_key, d.reporting_cents, d.probability, d.deleted_at
    from star.fact_deal_stage as v
    join star.fact_deal as d on d.tenant_key = $1::int and d.deal_id = v.deal_id
    where v.tenant_key = $1::int and (v.entered_at at time zone 'UTC')::date in (select day from touched)
    union all
    select (v.left_at at time zone 'UTC')::date, -1, v.stage, v.entered_at, d.sales_rep_key, d.reporting_cents, d.probability, d.deleted_at
    from star.fact_deal_stage as v
    join star.fact_deal as d on d.tenant_key = $1::int and d.deal_id = v.deal_id
    where v.tenant_key = $1::int and (v.left_at at time zone 'UTC')::date in (select day from touched) and (d.deleted_at is null or v.left_at <= d.deleted_at)
    union all
    select (d.deleted_at at time zone 'UTC')::date, -1, v.stage, v.entered_at, d.sales_rep_key, d.reporting_cents, d.probability, d.deleted_at
    from star.fact_deal as d
    join star.fact_deal_stage as v on v.tenant_key = $1::int and v.deal_id = d.deal_id
    where d.tenant_key = $1::int and (d.deleted_at at time zone 'UTC')::date in (select day from touched) and (v.left_at is null or v.left_at > d.deleted_at)
),

moved as (
    select m.day, m.sign, m.stage, r.durable_key as sales_rep_key, m.reporting_cents, m.probability, (m.entered_at at time zone 'UTC')::date - date '2000-01-01' as entered_day
    from movement as m
    join star.dim_sales_rep as r on r.sales_rep_key = m.sales_rep_key
    where m.deleted_at is null or m.entered_at < m.deleted_at
)

select $1::int, m.day, m.stage, m.sales_rep_key, sum(m.sign), sum(m.sign * m.reporting_cents), sum(m.sign * m.reporting_cents * m.probability), sum(m.sign * m.probability),
    sum(m.sign * m.entered_day)
from moved as m
group by m.day, m.stage, m.sales_rep_key
having sum(m.sign) <> 0 or sum(m.sign * m.reporting_cents) <> 0 or sum(m.sign * m.probability) <> 0 or sum(m.sign * m.entered_day) <> 0
-- In the order of the key: the rows of a day lie together, for the nights that replace it and for what reads it.
order by 2, 3, 4
