-- Orders that were not cancelled; a day's value of one status is rounded to the cent once · $1 business date, $2 unused
select m.metric, p.win, p.cmp, null::text as dim, null::text as member, m.value, m.slack
from oracle.period($1::date) as p
cross join lateral (
    select count(*)::numeric as orders, coalesce(sum(o.cents), 0) as cents, count(distinct (o.day, o.status)) * 0.5 as slack
    from oracle.placed as o
    where o.day >= p.from_date and o.day < p.until_date
) as s
cross join lateral (values ('orders', s.orders, 0::numeric), ('order_value', s.cents, s.slack), ('avg_order_value', round(s.cents / nullif(s.orders, 0)), 1)) as m (metric, value, slack)
