-- Every rep's row, in order of rank, and the best five in the overview · $1 business date
with active as (select rep, count(*) as customers from oracle.customer where status = 'customer' and ends_at is null group by rep),
closed as (
    select rep, count(*) filter (where stage = 'closed_won') as won, count(*) filter (where stage = 'closed_lost') as lost,
        coalesce(sum(cents) filter (where stage = 'closed_won'), 0) as cents, sum(closed_date - created_date) filter (where stage = 'closed_won') as days
    from oracle.deal where stage like 'closed%' and closed_date <= $1::date group by rep
),
ranked as (
    select coalesce(a.rep, c.rep) as rep, coalesce(a.customers, 0) as customers, coalesce(c.won, 0) as won, coalesce(c.lost, 0) as lost, coalesce(c.cents, 0) as cents, c.days,
        row_number() over (order by coalesce(c.cents, 0) desc, coalesce(c.won, 0) desc, coalesce(a.rep, c.rep) collate "C") - 1 as place
    from active as a full join closed as c on c.rep = a.rep
)

select 'sales-reps/performance' as route, format('/%s/%s', r.place, p.field) as pointer, p.value
from ranked as r
cross join lateral (
    values
    ('sales_rep_id', r.rep), ('active_customers', r.customers::text), ('deals_won', r.won::text), ('deals_lost', r.lost::text), ('total_revenue/cents', r.cents::text),
    ('avg_deal_value/cents', round(r.cents / nullif(r.won, 0))::text), ('win_rate', round(100.0 * r.won / nullif(r.won + r.lost, 0), 1)::text),
    ('avg_days_to_close', round(r.days::numeric / nullif(r.won, 0), 1)::text)
) as p (field, value)
union all
select 'customers/overview', format('/top_sales_reps/%s/%s', r.seat, p.field), p.value
from (select *, row_number() over (order by place) - 1 as seat from ranked where rep <> 'unassigned') as r
cross join lateral (values ('sales_rep_id', r.rep), ('active_customers', r.customers::text), ('deals_won', r.won::text), ('total_revenue/cents', r.cents::text)) as p (field, value)
where r.seat < 5
