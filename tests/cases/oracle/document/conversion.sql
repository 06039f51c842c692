-- Conversions by the furthest stage that a nightly reader knows of; negotiation → closed is won or lost from there · $1 business date
with known as (
    select d.id, d.stage = 'closed_lost' as is_lost,
        (select max(coalesce(array_position(array['lead', 'qualified', 'proposal', 'negotiation', 'closed_won'], s.stage), 1)) from oracle.seen_stage as s where s.deal_id = d.id) as furthest
    from oracle.deal as d
)

select 'deals/conversions' as route, format('/%s/%s', s.step, p.field) as pointer, p.value::text
from (values (1, 'lead_to_qualified'), (2, 'qualified_to_proposal'), (3, 'proposal_to_negotiation'), (4, 'negotiation_to_closed')) as s (rank, step)
cross join lateral (
    select count(*)::numeric as n, count(*) filter (where k.furthest > s.rank or (s.rank = 4 and k.is_lost))::numeric as moved from known as k where k.furthest >= s.rank
) as c
cross join lateral (values ('n', c.n), ('count', c.moved), ('rate', round(100 * c.moved / nullif(c.n, 0), 1))) as p (field, value)
union all
select 'deals/conversions', '/won', count(*)::text from oracle.deal where stage = 'closed_won'
