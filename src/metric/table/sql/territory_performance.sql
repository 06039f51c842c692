-- grain: one row per territory, and one for reps without any · $1 tenant_key, $2 until, $3 from · re-run: pure read
-- A sale belongs to the territory of the rep credited at its close. A rep with several has one row for all of them.
with seat as (
    select r.durable_key as sales_rep_key, coalesce(string_agg(t.name, ', ' order by t.name), 'none') as territory, string_agg(distinct t.region, ', ' order by t.region) as region
    from star.dim_sales_rep as r
    left join star.dim_territory as t on t.tenant_key = $1::int and t.sales_rep_key = r.sales_rep_key and t.deleted_at is null
    where r.is_current and r.tenant_key in (0, $1::int)
    group by r.durable_key
),

measured as (
    select q.sales_rep_key, 0::numeric as cents, sum(q.deals) filter (where q.event = 'won') as won, sum(q.deals) filter (where q.event in ('won', 'lost')) as closed,
        0::numeric as open_cents, 0::numeric as customers
    from cube.deal_flow_day as q
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
    group by q.sales_rep_key
    union all
    select q.sales_rep_key, sum(q.amount_cents), 0, 0, 0, 0
    from cube.revenue_day as q
    join star.dim_tenant as t on t.tenant_key = q.tenant_key and t.revenue_mode = q.mode
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
    group by q.sales_rep_key
    union all
    select q.sales_rep_key, 0, 0, 0, sum(q.value_cents), 0
    from cube.deal_stock_between($1::int, '-infinity', $2::date) as q
    where q.stage in ('lead', 'qualified', 'proposal', 'negotiation')
    group by q.sales_rep_key
    union all
    select q.sales_rep_key, 0, 0, 0, 0, sum(q.customers)
    from cube.customer_stock_day as q
    where q.tenant_key = $1::int and q.day < $2::date and q.status = 'customer'
    group by q.sales_rep_key
)

select s.territory, max(s.region), count(distinct nullif(m.sales_rep_key, 0)), sum(m.customers)::bigint, coalesce(sum(m.won), 0)::bigint, coalesce(sum(m.won), 0)::bigint,
    coalesce(sum(m.closed), 0)::bigint, round(sum(m.cents))::bigint, round(sum(m.cents))::bigint, round(sum(sum(m.cents)) over ())::bigint, sum(m.open_cents)::bigint
from measured as m
join seat as s on s.sales_rep_key = m.sales_rep_key
group by s.territory
order by sum(m.cents) desc, s.territory
