-- Overview and segmentation from the live rows as they stand · $1 business date
with live as (select * from customer_customers where deleted_at is null),
total as (select count(*)::numeric as n from live),
won as (select d.rep, d.customer_id, sum(d.cents) as cents, count(*) as deals from oracle.deal as d where d.stage = 'closed_won' group by grouping sets ((d.rep), (d.customer_id))),
band as (
    select b.place, count(l.id)::numeric as customers, coalesce(sum(w.cents), 0) as cents
    from (values (0, 0, 1), (1, 1, 1000000), (2, 1000000, 5000000), (3, 5000000, 25000000), (4, 25000000, 1e18)) as b (place, low, high)
    left join (live as l left join won as w on w.customer_id = l.id) on coalesce(w.cents, 0) >= b.low and coalesce(w.cents, 0) < b.high
    group by b.place
),
figure (pointer, value) as (
    select '/total_customers', n from total
    union all select '/by_status/' || s, (select count(*) from live where status::text = s) from unnest(array['lead', 'prospect', 'customer', 'churned']) as s
    union all select '/by_tier/' || t, (select count(*) from live where tier::text = t) from unnest(array['free', 'basic', 'pro', 'enterprise']) as t
)

select r.route, f.pointer, f.value::text from figure as f cross join (values ('customers/overview'), ('customers/segmentation')) as r (route)
union all
select 'customers/overview', '/new_this_month',
    (select count(*) from oracle.customer as c where (c.status = 'customer' or c.status = 'churned' and c.converted_at is not null)
        and oracle.day(coalesce(c.converted_at, c.created_at)) between date_trunc('month', $1::timestamp)::date and $1::date)::text
union all
select 'customers/overview', '/churned_this_month',
    (select count(*) from oracle.customer as c where c.status = 'churned' and oracle.day(c.churned_at) between date_trunc('month', $1::timestamp)::date and $1::date)::text
union all
select 'customers/segmentation', '/active_deals', (select count(*) from customer_deals where deleted_at is null and stage::text not like 'closed%')::text
union all
select 'customers/segmentation', '/total_revenue/cents', (select sum(cents) from won where rep is not null)::text
union all
select 'customers/segmentation', p.pointer, p.value::text
from unnest(array['free', 'basic', 'pro', 'enterprise']) with ordinality as t (tier, place)
cross join total
cross join lateral (select count(*)::numeric as n from live where tier::text = t.tier) as s
cross join lateral (
    values (format('/segments/%s/count', t.place - 1), s.n), (format('/segments/%s/percentage', t.place - 1), round(100 * s.n / nullif(total.n, 0), 1))
) as p (pointer, value)
union all
select 'customers/segmentation', p.pointer, p.value::text
from band as b
cross join lateral (
    values (format('/lifetime_value_bands/%s/customers', b.place), b.customers), (format('/lifetime_value_bands/%s/total_revenue/cents', b.place), b.cents)
) as p (pointer, value)
