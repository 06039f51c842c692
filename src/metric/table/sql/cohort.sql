-- grain: one row per cohort (period of the first purchase) and period since, the empty ones too · $1 tenant_key, $2 until, $3 months a period: 1, 3, 12 · re-run: pure read
-- Of the period that is not over yet nothing is told.
with bought as (
    select q.customer_id, q.day, q.amount_cents, (date_part('year', q.day)::int * 12 + date_part('month', q.day)::int - 1) / $3::int as at
    from cube.customer_purchase_day as q
    where q.tenant_key = $1::int and q.kind = (select case t.revenue_mode when 'deals' then 'deal' else 'order' end from star.dim_tenant as t where t.tenant_key = $1::int)
        and q.day < $2::date
),

by_customer as (
    select b.customer_id, b.at, sum(b.amount_cents) as cents, min(b.at) over (partition by b.customer_id) as cohort
    from bought as b
    group by b.customer_id, b.at
),

active as (
    select c.cohort, c.at, count(*) as customers, sum(c.cents) as cents from by_customer as c group by c.cohort, c.at
),

last as (
    -- The last one that is over: that of the day before it, unless it ends with the window.
    select (extract(year from $2::date) * 12 + extract(month from $2::date) - 1)::int / $3::int - 1 as complete,
        (extract(year from $2::date - 1) * 12 + extract(month from $2::date - 1) - 1)::int / $3::int as present
),

grid as (
    select a.cohort, g.at, a.customers as size, a.cents as first_cents
    from active as a cross join last as l cross join lateral generate_series(a.cohort, l.present) as g (at)
    where a.at = a.cohort and a.cohort > l.present - 60
)

select to_char(make_date(g.cohort * $3::int / 12, g.cohort * $3::int % 12 + 1, 1), case $3::int when 1 then 'YYYY-MM' when 3 then 'YYYY"-Q"Q' else 'YYYY' end), (g.at - g.cohort)::bigint, g.size,
    case when g.at <= l.complete then coalesce(a.customers, 0) end, case when g.at <= l.complete then coalesce(a.customers, 0) end, g.size,
    case when g.at <= l.complete then round(coalesce(a.cents, 0))::bigint end, case when g.at <= l.complete then round(coalesce(a.cents, 0))::bigint end, round(g.first_cents)::bigint
from grid as g
cross join last as l
left join active as a on a.cohort = g.cohort and a.at = g.at
order by g.cohort, g.at
