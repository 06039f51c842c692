-- grain: one row per month since the first movement, the last 60 · $1 tenant_key, $2 until · re-run: pure read
-- What a customer did on one day (or within one month, as the tenant chose) is one movement.
with step as (
    select q.customer_id, date_trunc('month', q.day)::date as month, q.net_cents,
        case t.mrr_netting when 'month' then date_trunc('month', q.day)::date else q.day end as slot
    from cube.mrr_movement_day as q
    join star.dim_tenant as t on t.tenant_key = q.tenant_key
    where q.tenant_key = $1::int and q.day < $2::date
),

netted as (
    select s.customer_id, s.month, s.slot, sum(s.net_cents) as net
    from step as s
    group by s.customer_id, s.month, s.slot
    having sum(s.net_cents) <> 0
),

running as (
    select n.month, n.net, sum(n.net) over past as closing, row_number() over past as nth
    from netted as n
    window past as (partition by n.customer_id order by n.slot)
),

moved as (
    select r.month, sum(r.net) as net, sum(r.net) filter (where r.nth = 1) as new, sum(r.net) filter (where r.nth > 1 and r.closing = r.net) as reactivation,
        sum(r.net) filter (where r.closing <> r.net and r.net > 0) as expansion, -sum(r.net) filter (where r.closing <> 0 and r.net < 0) as contraction,
        -sum(r.net) filter (where r.closing = 0) as churn, count(*) filter (where r.closing = r.net) as began, count(*) filter (where r.closing = 0) as ended
    from running as r
    group by r.month
),

bridge as (
    select g.month::date as month, coalesce(m.new, 0)::bigint as new, coalesce(m.expansion, 0)::bigint as expansion, coalesce(m.reactivation, 0)::bigint as reactivation,
        coalesce(m.contraction, 0)::bigint as contraction, coalesce(m.churn, 0)::bigint as churn, coalesce(m.began, 0) as began, coalesce(m.ended, 0) as ended,
        coalesce(sum(m.net) over past, 0)::bigint as closing, (coalesce(sum(m.net) over past, 0) - coalesce(m.net, 0))::bigint as opening,
        (coalesce(sum(m.began - m.ended) over past, 0) - coalesce(m.began - m.ended, 0))::bigint as payers
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
