-- grain: one row per month, the last 24 · $1 tenant_key, $2 until · re-run: pure read
with month as (
    select g.month::date as month, (g.month + interval '1 month')::date > $2::date as is_running
    from generate_series(date_trunc('month', ($2::date - 1)::timestamp) - interval '23 months', ($2::date - 1)::timestamp, interval '1 month') as g (month)
),

contact as (
    select q.month, sum(q.interactions)::bigint as n, sum(q.duration_seconds)::bigint as seconds, sum(q.durations)::bigint as durations
    from cube.interaction_between($1::int, (date_trunc('month', ($2::date - 1)::timestamp) - interval '23 months')::date, $2::date) as q
    group by q.month
),

-- The cube is read once: what came and went a month, summed up to each.
change as materialized (
    select date_trunc('month', q.day::timestamp)::date as month, sum(q.customers)::bigint as customers
    from cube.customer_stock_day as q
    where q.tenant_key = $1::int and q.day < $2::date
    group by 1
)

select to_char(m.month, 'YYYY-MM'), coalesce(c.n, 0), k.customers, coalesce(c.n, 0), k.customers, coalesce(c.seconds, 0), coalesce(c.durations, 0) * 60, case when m.is_running then 'running' end
from month as m
left join contact as c on c.month = m.month
cross join lateral (
    select coalesce(sum(s.customers), 0)::bigint as customers from change as s where s.month <= m.month
) as k
order by m.month
