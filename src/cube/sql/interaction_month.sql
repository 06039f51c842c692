-- grain: one row per month, type, outcome and rep of the months of touched days · $1 tenant_key · re-run: after the months were deleted, the same rows
insert into cube.interaction_month (tenant_key, month, type, outcome, sales_rep_key, interactions, duration_seconds, durations)
with touched as (
    select distinct date_trunc('month', d.day::timestamp)::date as month
    from (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'interaction') as d
)

select $1::int, m.month, q.type, q.outcome, q.sales_rep_key, sum(q.interactions), sum(q.duration_seconds), sum(q.durations)
from touched as m
join cube.interaction_day as q on q.tenant_key = $1::int and q.day >= m.month and q.day < (m.month + interval '1 month')::date
group by m.month, q.type, q.outcome, q.sales_rep_key
order by 2, 3, 4, 5
