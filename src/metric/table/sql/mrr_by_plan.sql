-- grain: one row per plan with a paid subscription · $1 tenant_key, $2 until · re-run: pure read
with running as (
    select q.plan, sum(q.subscriptions)::bigint as subscriptions, sum(q.customers)::bigint as customers, sum(q.mrr_cents)::bigint as cents
    from cube.subscription_plan_day as q
    where q.tenant_key = $1::int and q.day < $2::date
    group by q.plan
    having sum(q.subscriptions) > 0
)

select r.plan, r.subscriptions, r.customers, r.cents, r.cents, (sum(r.cents) over ())::bigint, r.cents, r.customers
from running as r
order by r.cents desc, r.plan
