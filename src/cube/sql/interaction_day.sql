-- grain: one row per day, type, outcome and rep of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.interaction_day (tenant_key, day, type, outcome, sales_rep_key, interactions, duration_seconds, durations)
select $1::int, i.started_date, i.type, i.outcome, r.durable_key, count(*), coalesce(sum(i.duration_seconds), 0), count(i.duration_seconds)
from star.fact_interaction as i
join star.dim_sales_rep as r on r.sales_rep_key = i.sales_rep_key
where i.tenant_key = $1::int
    and i.started_date in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'interaction')
group by i.started_date, i.type, i.outcome, r.durable_key
-- In the order of the key: the rows of a day lie together, for the nights that replace it and for what reads it.
order by 2, 3, 4, 5
