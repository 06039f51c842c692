-- grain: one row per rep with a customer or a deal; deals of nobody are the row "unassigned" · $1 tenant_key, $2 until, $3 from · re-run: pure read
with closed as (
    select q.sales_rep_key, coalesce(sum(q.deals) filter (where q.event = 'won'), 0)::bigint as won, coalesce(sum(q.deals) filter (where q.event = 'lost'), 0)::bigint as lost,
        coalesce(sum(q.value_cents) filter (where q.event = 'won'), 0)::bigint as cents, coalesce(sum(q.days_to_close) filter (where q.event = 'won'), 0)::bigint as days
    from cube.deal_flow_day as q
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
    group by q.sales_rep_key
),

open as (
    select q.sales_rep_key, sum(q.deals)::bigint as deals, sum(q.value_cents)::bigint as cents
    from cube.deal_stock_between($1::int, '-infinity', $2::date) as q
    where q.stage in ('lead', 'qualified', 'proposal', 'negotiation')
    group by q.sales_rep_key
),

account as (
    select q.sales_rep_key, sum(q.customers)::bigint as customers
    from cube.customer_stock_day as q
    where q.tenant_key = $1::int and q.day < $2::date and q.status = 'customer'
    group by q.sales_rep_key
),

sale as (
    select q.sales_rep_key, round(sum(q.amount_cents))::bigint as cents
    from cube.revenue_day as q
    join star.dim_tenant as t on t.tenant_key = q.tenant_key and t.revenue_mode = q.mode
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
    group by q.sales_rep_key
)

select r.sales_rep_id, r.name, coalesce(a.customers, 0), coalesce(c.won, 0), coalesce(c.lost, 0), coalesce(o.deals, 0), coalesce(o.cents, 0), coalesce(s.cents, 0),
    coalesce(c.cents, 0), coalesce(c.cents, 0), coalesce(c.won, 0), coalesce(c.won, 0), coalesce(c.won + c.lost, 0), coalesce(c.days, 0), coalesce(c.won, 0)
from star.dim_sales_rep as r
left join closed as c on c.sales_rep_key = r.durable_key
left join open as o on o.sales_rep_key = r.durable_key
left join account as a on a.sales_rep_key = r.durable_key
left join sale as s on s.sales_rep_key = r.durable_key
where r.is_current and r.tenant_key in (0, $1::int) and coalesce(c.won, 0) + coalesce(c.lost, 0) + coalesce(o.deals, 0) + coalesce(a.customers, 0) + abs(coalesce(s.cents, 0)) > 0
order by coalesce(s.cents, 0) desc, coalesce(c.won, 0) desc, r.name, r.sales_rep_id
