-- grain: one row per day and plan with a movement, all days · $1 tenant_key · re-run: after the tenant's rows were deleted, the same rows
-- A customer with two subscriptions of a plan came with the first and leaves with the last: no day stands for itself.
insert into cube.subscription_plan_day (tenant_key, day, plan, subscriptions, customers, mrr_cents)
with edge as (
    select coalesce(s.plan, 'none') as plan, s.customer_id, e.day, e.sign, e.sign * s.reporting_mrr_cents as cents
    from star.fact_mrr_spell as s
    cross join lateral (values (s.valid_from, 1), (s.valid_until, -1)) as e (day, sign)
    where s.tenant_key = $1::int and e.day is not null
),

moved as (
    select e.plan, e.customer_id, e.day, sum(e.sign)::bigint as subscriptions, sum(e.cents)::bigint as cents
    from edge as e
    group by e.plan, e.customer_id, e.day
),

running as (
    select m.*, sum(m.subscriptions) over (partition by m.plan, m.customer_id order by m.day) as closing
    from moved as m
)

select $1::int, r.day, r.plan, sum(r.subscriptions)::bigint,
    count(r.customer_id) filter (where r.closing = r.subscriptions and r.closing > 0) - count(r.customer_id) filter (where r.closing = 0 and r.subscriptions < 0),
    sum(r.cents)::bigint
from running as r
group by r.day, r.plan
order by 2, 3
