-- grain: one row per length of period in months (1, 3, 12), cohort (period of the first purchase) and period since, the empty ones too · $1 tenant_key, $2 until · re-run: pure read
-- Of the period that is not over yet nothing is told. The purchases are passed once for all three lengths: the last column says which one a row is of.
with bought as (
    select q.customer_id, q.day, q.amount_cents, date_part('year', q.day)::int * 12 + date_part('month', q.day)::int - 1 as at
    from cube.customer_purchase_day as q
    where q.tenant_key = $1::int and q.kind = (select case t.revenue_mode when 'deals' then 'deal' else 'order' end from star.dim_tenant as t where t.tenant_key = $1::int)
        and q.day < $2::date
),

-- The purchases of a customer in their order: the first one tells the cohort, and the first one of a period counts the customer in it.
told as (
    select b.at, b.amount_cents, first_value(b.at) over by_customer as cohort, lag(b.at) over by_customer as last_at
    from bought as b
    window by_customer as (partition by b.customer_id order by b.day)
),

monthly as (
    select t.cohort, t.at, sum(t.amount_cents) as cents, count(*) filter (where t.last_at is distinct from t.at) as in_month,
        count(*) filter (where t.last_at / 3 is distinct from t.at / 3) as in_quarter, count(*) filter (where t.last_at / 12 is distinct from t.at / 12) as in_year
    from told as t
    group by t.cohort, t.at
),

active as (
    select s.months, m.cohort / s.months as cohort, m.at / s.months as at, sum(m.cents) as cents,
        sum(case s.months when 1 then m.in_month when 3 then m.in_quarter else m.in_year end)::bigint as customers
    from monthly as m cross join (values (1), (3), (12)) as s (months)
    group by 1, 2, 3
),

last as (
    -- The last one that is over: that of the day before it, unless it ends with the window.
    select s.months, (extract(year from $2::date) * 12 + extract(month from $2::date) - 1)::int / s.months - 1 as complete,
        (extract(year from $2::date - 1) * 12 + extract(month from $2::date - 1) - 1)::int / s.months as present
    from (values (1), (3), (12)) as s (months)
),

grid as (
    select a.months, a.cohort, g.at, l.complete, a.customers as size, a.cents as first_cents
    from active as a join last as l on l.months = a.months cross join lateral generate_series(a.cohort, l.present) as g (at)
    where a.at = a.cohort and a.cohort > l.present - 60
)

select to_char(make_date(g.cohort * g.months / 12, g.cohort * g.months % 12 + 1, 1), case g.months when 1 then 'YYYY-MM' when 3 then 'YYYY"-Q"Q' else 'YYYY' end), (g.at - g.cohort)::bigint, g.size,
    case when g.at <= g.complete then coalesce(a.customers, 0) end, case when g.at <= g.complete then coalesce(a.customers, 0) end, g.size,
    case when g.at <= g.complete then round(coalesce(a.cents, 0))::bigint end, case when g.at <= g.complete then round(coalesce(a.cents, 0))::bigint end, round(g.first_cents)::bigint, g.months
from grid as g
left join active as a on a.months = g.months and a.cohort = g.cohort and a.at = g.at
order by g.months, g.cohort, g.at
