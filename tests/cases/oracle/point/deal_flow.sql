-- Deals created, won and lost by window, owner and tier (tiers of past deals are today's, so only before the first change) · $1 business date, $2 by tier too
with summed as (
    select p.win, p.cmp, m.dim, m.member,
        count(*) filter (where d.created_date >= p.from_date and d.created_date < p.until_date) as created,
        count(*) filter (where d.stage = 'closed_won' and d.closed_date >= p.from_date and d.closed_date < p.until_date) as won,
        count(*) filter (where d.stage = 'closed_lost' and d.closed_date >= p.from_date and d.closed_date < p.until_date) as lost,
        coalesce(sum(d.cents) filter (where d.stage = 'closed_won' and d.closed_date >= p.from_date and d.closed_date < p.until_date), 0) as revenue,
        coalesce(sum(d.cents) filter (where d.stage = 'closed_lost' and d.closed_date >= p.from_date and d.closed_date < p.until_date), 0) as lost_cents,
        sum(d.closed_date - d.created_date) filter (where d.stage = 'closed_won' and d.closed_date >= p.from_date and d.closed_date < p.until_date) as days
    from oracle.deal as d
    join oracle.customer as c on c.id = d.customer_id
    cross join oracle.period($1::date) as p
    cross join lateral (values (null, null), ('sales_rep', d.rep), ('tier', c.tier)) as m (dim, member)
    where (m.dim is null or p.cmp is null) and (m.dim is distinct from 'tier' or $2::boolean)
    group by 1, 2, 3, 4
)

select m.metric, s.win, s.cmp, s.dim, s.member, m.value, 0::numeric as slack
from summed as s
cross join lateral (
    values
    ('deals_created', s.created::numeric, s.dim is null), ('deals_won', s.won, true), ('deals_lost', s.lost, true), ('revenue', s.revenue, true),
    ('win_rate', round(100.0 * s.won / nullif(s.won + s.lost, 0), 1), true),
    ('win_rate_value', round(100.0 * s.revenue / nullif(s.revenue + s.lost_cents, 0), 1), true),
    ('avg_deal_value', round(s.revenue / nullif(s.won, 0)), s.dim is distinct from 'tier'),
    ('avg_days_to_close', round(s.days::numeric / nullif(s.won, 0), 1), s.dim is distinct from 'tier')
) as m (metric, value, is_cut)
where m.is_cut
