-- grain: one row per day with a movement, of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.subscription_stock_day (tenant_key, day, subscriptions, mrr_cents)
with spell as (
    select s.reporting_mrr_cents, s.paid_from, least(s.paid_until, s.deleted_at) as ends_at
    from star.fact_subscription as s
    where s.tenant_key = $1::int and s.paid_from is not null and coalesce(s.paid_from < least(s.paid_until, s.deleted_at), true)
),

movement as (
    select s.reporting_mrr_cents, (s.paid_from at time zone 'UTC')::date as day, 1 as sign from spell as s
    union all
    select s.reporting_mrr_cents, (s.ends_at at time zone 'UTC')::date, -1 from spell as s where s.ends_at is not null
)

select $1::int, m.day, sum(m.sign), sum(m.sign * m.reporting_mrr_cents)
from movement as m
where m.day in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'subscription')
group by m.day
having sum(m.sign) <> 0 or sum(m.sign * m.reporting_mrr_cents) <> 0
