-- grain: one row per day, event, owner and tier of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.deal_flow_day (tenant_key, day, event, sales_rep_key, tier, deals, value_cents, days_to_close)
with touched as materialized (
    select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'deal'
),

-- Each event by its own day, so that a few days are found by an index.
event as (
    select d.created_date as day, 'created' as event, d.customer_key, d.sales_rep_key, d.reporting_cents, 0 as days_to_close
    from star.fact_deal as d
    where d.tenant_key = $1::int and d.created_date in (select day from touched)
    union all
    select d.actual_close_date, case when d.is_won then 'won' else 'lost' end, d.customer_key, d.sales_rep_key, d.reporting_cents,
        case when d.is_won then d.days_to_close end
    from star.fact_deal as d
    where d.tenant_key = $1::int and (d.is_won or d.is_lost) and d.actual_close_date in (select day from touched)
)

select $1::int, e.day, e.event, r.durable_key, c.tier, count(*), sum(e.reporting_cents), coalesce(sum(e.days_to_close), 0)
from event as e
join star.dim_customer as c on c.customer_key = e.customer_key
join star.dim_sales_rep as r on r.sales_rep_key = e.sales_rep_key
group by e.day, e.event, r.durable_key, c.tier
-- In the order of the key: the rows of a day lie together, for the nights that replace it and for what reads it.
order by 2, 3, 4, 5
