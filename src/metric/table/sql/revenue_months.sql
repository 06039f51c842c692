-- grain: one row per month, the last 36 · $1 tenant_key, $2 until · re-run: pure read
with month as (
    select g.month::date as month, (g.month + interval '1 month')::date > $2::date as is_running
    from generate_series(date_trunc('month', ($2::date - 1)::timestamp) - interval '47 months', ($2::date - 1)::timestamp, interval '1 month') as g (month)
),

sale as (
    select date_trunc('month', d.day::timestamp)::date as month, sum(d.cents) as cents, sum(d.sales)::bigint as sales
    from (
        select q.day, round(q.amount_cents) as cents, q.sales
        from cube.revenue_day as q
        join star.dim_tenant as t on t.tenant_key = q.tenant_key and t.revenue_mode = q.mode
        where q.tenant_key = $1::int and q.day < $2::date
    ) as d
    group by 1
),

came as (
    select date_trunc('month', q.day::timestamp)::date as month, coalesce(sum(q.customers) filter (where q.event = 'became_customer'), 0)::bigint as new,
        coalesce(sum(q.customers) filter (where q.event = 'reactivated'), 0)::bigint as returned
    from cube.customer_flow_day as q
    where q.tenant_key = $1::int and q.day < $2::date
    group by 1
),

won as (
    select date_trunc('month', q.day::timestamp)::date as month, sum(q.deals)::bigint as deals
    from cube.deal_flow_day as q
    where q.tenant_key = $1::int and q.event = 'won' and q.day < $2::date
    group by 1
),

told as (
    select m.month, m.is_running, coalesce(s.cents, 0)::bigint as cents, coalesce(s.sales, 0) as sales, coalesce(c.new, 0) as new, coalesce(c.returned, 0) as returned,
        coalesce(w.deals, 0) as deals, m.month >= (select min(f.month) from sale as f) as is_known
    from month as m
    left join sale as s on s.month = m.month
    left join came as c on c.month = m.month
    left join won as w on w.month = m.month
),

compared as (
    select t.*, row_number() over past as nth, case when lag(t.is_known) over past then lag(t.cents) over past end as cents_before,
        case when lag(t.is_known, 12) over past then lag(t.cents, 12) over past end as cents_year_before
    from told as t
    window past as (order by t.month)
)

-- The unfinished month is not compared with anything.
select to_char(c.month, 'YYYY-MM'), c.cents, c.sales, c.new, c.returned, c.deals, c.cents_before, case when not c.is_running then c.cents - c.cents_before end, c.cents_before,
    c.cents_year_before, case when not c.is_running then c.cents - c.cents_year_before end, c.cents_year_before, case when c.is_running then 'running' end
from compared as c
where c.nth > 12
order by c.month
