-- grain: one row per month since the first movement, the last 60 · $1 tenant_key, $2 until · re-run: pure read
-- What a customer did on one day (or within one month, as the tenant chose) is one movement.
with netted as (
    select q.customer_id, date_trunc('month', q.day::timestamp)::date as month, sum(q.net_cents) as net
    from cube.mrr_movement_day as q
    where q.tenant_key = $1::int and q.day < $2::date and (select t.mrr_netting from star.dim_tenant as t where t.tenant_key = $1::int) = 'month'
    group by 1, 2
    having sum(q.net_cents) <> 0
),

running as (
    select n.month, n.net, sum(n.net) over past as closing, row_number() over past as nth
    from netted as n
    window past as (partition by n.customer_id order by n.month)
),

-- Day by day the cube tells what a movement was.
movement as (
    select q.day, q.movement, q.net_cents as net, q.customers
    from cube.mrr_flow_day as q
    where q.tenant_key = $1::int and q.day < $2::date and (select t.mrr_netting from star.dim_tenant as t where t.tenant_key = $1::int) <> 'month'
    union all
    select r.month, case when r.nth = 1 then 'new' when r.closing = r.net then 'reactivation' when r.closing = 0 then 'churn' when r.net > 0 then 'expansion' else 'contraction' end,
        r.net, 1
    from running as r
),

moved as (
    select date_trunc('month', m.day::timestamp)::date as month, sum(m.net) as net, sum(m.net) filter (where m.movement = 'new') as new,
        sum(m.net) filter (where m.movement = 'reactivation') as reactivation, sum(m.net) filter (where m.movement = 'expansion') as expansion,
        -sum(m.net) filter (where m.movement = 'contraction') as contraction, -sum(m.net) filter (where m.movement = 'churn') as churn,
        sum(m.customers) filter (where m.movement in ('new', 'reactivation')) as began, sum(m.customers) filter (where m.movement = 'churn') as ended
    from movement as m
    group by 1
),

bridge as (
    select g.month::date as month, coalesce(m.new, 0)::bigint as new, coalesce(m.expansion, 0)::bigint as expansion, coalesce(m.reactivation, 0)::bigint as reactivation,
        coalesce(m.contraction, 0)::bigint as contraction, coalesce(m.churn, 0)::bigint as churn, coalesce(m.began, 0)::bigint as began, coalesce(m.ended, 0)::bigint as ended,
        coalesce(sum(m.net) over past, 0)::bigint as closing, (coalesce(sum(m.net) over past, 0) - coalesce(m.net, 0))::bigint as opening,
        (coalesce(sum(m.began) over past, 0) - coalesce(m.began, 0) - coalesce(sum(m.ended) over past, 0) + coalesce(m.ended, 0))::bigint as payers
    from generate_series((select min(f.month) from moved as f)::timestamp, date_trunc('month', ($2::date - 1)::timestamp), interval '1 month') as g (month)
    left join moved as m on m.month = g.month::date
    window past as (order by g.month)
)

select to_char(b.month, 'YYYY-MM'), b.opening, b.new, b.expansion, b.reactivation, b.contraction, b.churn, b.closing,
    b.opening + b.expansion - b.contraction - b.churn, b.opening, b.opening - b.contraction - b.churn, b.opening, b.contraction + b.churn, b.opening,
    b.contraction + b.churn - b.expansion - b.reactivation, b.opening, b.new + b.expansion + b.reactivation, b.contraction + b.churn,
    b.payers, b.began, b.ended, b.ended, b.payers, case when b.month + interval '1 month' > $2::date then 'running' end
from bridge as b
where b.month > date_trunc('month', ($2::date - 1)::timestamp) - interval '60 months'
order by b.month
