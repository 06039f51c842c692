-- grain: one row per day with a movement, of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.subscription_stock_day (tenant_key, day, subscriptions, mrr_cents)
with movement as (
    select s.valid_from as day, 1 as sign, s.reporting_mrr_cents from star.fact_mrr_spell as s where s.tenant_key = $1::int
    union all
    select s.valid_until, -1, s.reporting_mrr_cents from star.fact_mrr_spell as s where s.tenant_key = $1::int and s.valid_until is not null
)

select $1::int, m.day, sum(m.sign), sum(m.sign * m.reporting_mrr_cents)
from movement as m
where m.day in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'subscription')
group by m.day
having sum(m.sign) <> 0 or sum(m.sign * m.reporting_mrr_cents) <> 0
