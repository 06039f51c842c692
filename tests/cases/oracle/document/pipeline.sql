-- The pipeline from the live deals as they stand · $1 business date
with live as (
    select d.stage, d.cents, d.probability from oracle.deal as d where d.ends_at is null
),
stage as (
    select s.stage, count(l.stage)::numeric as n, coalesce(sum(l.cents), 0) as cents, sum(l.probability)::numeric as probability
    from unnest(array['lead', 'qualified', 'proposal', 'negotiation', 'closed_won', 'closed_lost']) as s (stage) left join live as l on l.stage = s.stage
    group by s.stage
),
total as (select count(*)::numeric as n, sum(cents) as cents from live),
open as (select count(*)::numeric as n, sum(cents) as cents, sum(probability)::numeric as probability, sum(cents * probability) as weighted from live where stage not like 'closed%'),
closed as (
    select count(*) filter (where stage = 'closed_won')::numeric as won, count(*)::numeric as closed, sum(closed_date - created_date) filter (where stage = 'closed_won') as days
    from oracle.deal where stage like 'closed%' and closed_date <= $1::date
)

select 'deals/pipeline' as route, p.pointer, p.value::text
from total as t cross join open as o cross join closed as c
cross join lateral (
    values
    ('/total_deals', t.n), ('/total_value/cents', t.cents), ('/avg_deal_value/cents', round(t.cents / t.n)), ('/win_rate', round(100 * c.won / c.closed, 1)),
    ('/avg_days_to_close', round(c.days / c.won, 1)), ('/open_deals', o.n), ('/open_value/cents', o.cents), ('/weighted_value/cents', round(o.weighted / 100)),
    ('/avg_probability', round(o.probability / o.n, 1))
) as p (pointer, value)
union all
select 'deals/pipeline', format('/by_stage/%s/%s', s.stage, p.field), p.value::text
from stage as s
cross join lateral (values ('count', s.n), ('value/cents', s.cents), ('avg_probability', round(s.probability / nullif(s.n, 0), 1))) as p (field, value)
