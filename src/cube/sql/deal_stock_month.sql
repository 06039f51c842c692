-- grain: one row per month, stage and owner with a movement, of the months of touched days · $1 tenant_key · re-run: after the months were deleted, the same rows
insert into cube.deal_stock_month (tenant_key, month, stage, sales_rep_key, deals, value_cents, weighted_cents, probability, entered_day_sum)
with touched as (
    select distinct date_trunc('month', d.day::timestamp)::date as month
    from (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'deal') as d
)

-- A row stays where the movements cancel out: who moved within a span is who has a row, by month as by day.
select $1::int, m.month, q.stage, q.sales_rep_key, sum(q.deals), sum(q.value_cents), sum(q.weighted_cents), sum(q.probability), sum(q.entered_day_sum)
from touched as m
join cube.deal_stock_day as q on q.tenant_key = $1::int and q.day >= m.month and q.day < (m.month + interval '1 month')::date
group by m.month, q.stage, q.sales_rep_key
order by 2, 3, 4
