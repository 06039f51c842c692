-- grain: one row per month, the last 24 · $1 tenant_key, $2 until · re-run: pure read
with month as (
    select g.month::date as month, (g.month + interval '1 month')::date as until
    from generate_series(date_trunc('month', ($2::date - 1)::timestamp) - interval '23 months', ($2::date - 1)::timestamp, interval '1 month') as g (month)
),

entry as (
    select m.month, q.status, sum(q.entered)::bigint as entered, sum(q.advanced)::bigint as advanced, bool_or(q.basis = 'inferred') as is_inferred
    from cube.customer_cohort_day as q
    join month as m on m.month = date_trunc('month', q.day::timestamp)::date
    where q.tenant_key = $1::int and q.day < $2::date
    group by m.month, q.status
),

-- The cube is read once: what came and went a month, summed up to the start of each.
change as materialized (
    select date_trunc('month', q.day::timestamp)::date as month, sum(q.customers)::bigint as customers
    from cube.customer_stock_day as q
    where q.tenant_key = $1::int and q.status = 'customer' and q.day < $2::date
    group by 1
),

active as (
    select m.month, (select coalesce(sum(c.customers), 0)::bigint from change as c where c.month < m.month) as customers
    from month as m
),

lost as (
    select m.month, sum(q.customers)::bigint as customers
    from cube.customer_spell_day as q
    join month as m on m.month = date_trunc('month', q.day::timestamp)::date
    where q.tenant_key = $1::int and q.entered_day < m.month and q.day < $2::date
    group by m.month
)

select to_char(m.month, 'YYYY-MM'), coalesce(l.entered, 0), coalesce(l.advanced, 0), coalesce(l.entered, 0), coalesce(p.entered, 0), coalesce(p.advanced, 0), coalesce(p.entered, 0),
    a.customers, coalesce(o.customers, 0), coalesce(o.customers, 0), a.customers,
    case when l.is_inferred or p.is_inferred then 'inferred' else 'observed' end, case when m.until > $2::date then 'running' when m.until + 90 > $2::date then 'immature' end
from month as m
left join entry as l on l.month = m.month and l.status = 'lead'
left join entry as p on p.month = m.month and p.status = 'prospect'
left join active as a on a.month = m.month
left join lost as o on o.month = m.month
order by m.month
