-- Paid subscriptions that run at the end of a window, and what they bring a month · $1 business date, $2 also past windows
select m.metric, p.win, p.cmp, null::text as dim, null::text as member, m.value, 0::numeric as slack
from oracle.period($1::date) as p
cross join lateral (
    select count(*)::numeric as running, coalesce(sum(s.cents), 0) as cents
    from oracle.subscription as s
    where s.paid_from < p.until_at and (s.paid_until is null or s.paid_until >= p.until_at) and (s.paid_until is null or s.paid_until > s.paid_from)
) as n
cross join lateral (values ('active_subscriptions', n.running), ('mrr', n.cents)) as m (metric, value)
where $2::boolean or p.until_date = $1::date + 1
