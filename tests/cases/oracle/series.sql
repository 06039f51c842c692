-- Every daily series by day, ISO week, month and quarter, labelled by Postgres · $1 business date
with event as (
    select 'revenue' as metric, d.closed_date as day, d.cents as value, 0::numeric as slack from oracle.deal as d where d.stage = 'closed_won'
    union all select 'deals_won', d.closed_date, 1, 0 from oracle.deal as d where d.stage = 'closed_won'
    union all select 'deals_lost', d.closed_date, 1, 0 from oracle.deal as d where d.stage = 'closed_lost'
    union all select 'deals_created', d.created_date, 1, 0 from oracle.deal as d
    union all select 'new_customers', oracle.day(coalesce(c.converted_at, c.created_at)), 1, 0
    from oracle.customer as c where c.status = 'customer' or (c.status = 'churned' and c.converted_at is not null)
    union all select 'churned_customers', oracle.day(c.churned_at), 1, 0 from oracle.customer as c where c.status = 'churned'
    union all select 'mrr_' || v.kind, v.day, abs(v.net), 0 from oracle.mrr_movement as v
    -- What may not happen is a series of nothing.
    union all select m.metric, $1::date, 0, 0
    from unnest(array['reactivated_customers', 'mrr_expansion', 'mrr_reactivation', 'mrr_contraction']) as m (metric)
    union all select 'interactions', i.day, 1, 0 from oracle.interaction as i
    union all select 'orders', o.day, 1, 0 from oracle.placed as o
    union all select 'order_value', o.day, o.cents, 0.5 from oracle.placed as o
)

select e.metric, g.grain, to_char(e.day, g.pattern) as label, sum(e.value) as value, sum(e.slack) as slack
from event as e
cross join (values ('day', 'YYYY-MM-DD'), ('week', 'IYYY-"W"IW'), ('month', 'YYYY-MM'), ('quarter', 'YYYY-"Q"Q')) as g (grain, pattern)
where e.day <= $1::date
group by 1, 2, 3
