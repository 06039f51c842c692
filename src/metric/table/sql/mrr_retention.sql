-- grain: one row: the customers who paid at the start of the window · $1 tenant_key, $2 until, $3 from · re-run: pure read
-- Each customer at the end against the same customer at the start, whatever happened in between: whoever did not move in the window is at its end what they were.
with start as (
    select coalesce(sum(case when q.movement in ('new', 'reactivation') then q.customers when q.movement = 'churn' then -q.customers end), 0)::bigint as customers,
        coalesce(sum(q.net_cents), 0)::bigint as cents
    from cube.mrr_flow_day as q
    where q.tenant_key = $1::int and q.day < $3::date
),

-- From what stood before the first movement; not asked where nobody paid, as at the start of everything.
moved as (
    select (min(array[q.day - date '2000-01-01', q.closing_cents - q.net_cents]))[2] as before, sum(q.net_cents)::bigint as net
    from cube.mrr_movement_day as q
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date and (select s.customers from start as s) > 0
    group by q.customer_id
),

change as (
    select count(*) filter (where m.before + m.net = 0) as gone, coalesce(sum(m.net), 0)::bigint as cents, coalesce(sum(least(m.net, 0)), 0)::bigint as lost_cents
    from moved as m
    where m.before > 0
)

select s.customers, s.customers - c.gone, s.customers - c.gone, s.customers, s.cents, s.cents + c.cents, s.cents + c.cents, s.cents, s.cents + c.lost_cents, s.cents
from start as s
cross join change as c
