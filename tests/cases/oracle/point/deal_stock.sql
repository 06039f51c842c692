-- Live deals by stage and owner. Of a past day a deal proves only its creation, its close and when it last moved · $1 business date, $2 also past windows
with held as (
    select p.win, p.cmp, p.until_date, d.rep, d.cents, d.probability,
        case
            when d.stage = 'closed_won' and greatest(oracle.midnight(d.closed_date), d.created_at) >= p.until_at then 'negotiation'
            when d.stage = 'closed_lost' and greatest(oracle.midnight(d.closed_date), d.created_at) >= p.until_at then 'lead'
            when d.stage in ('qualified', 'proposal', 'negotiation') and greatest(d.updated_at, d.created_at) >= p.until_at
                then case d.stage when 'qualified' then 'lead' when 'proposal' then 'qualified' else 'proposal' end
            else d.stage
        end as stage
    from oracle.deal as d
    cross join oracle.period($1::date) as p
    where d.created_at < p.until_at and (d.ends_at is null or d.ends_at >= p.until_at) and ($2::boolean or p.until_date = $1::date + 1)
),

summed as (
    select h.win, h.cmp, h.until_date, m.dim, m.member, count(*) as deals, sum(h.cents) as cents,
        count(*) filter (where h.stage not like 'closed%') as open, coalesce(sum(h.cents) filter (where h.stage not like 'closed%'), 0) as open_cents,
        coalesce(sum(h.cents * h.probability) filter (where h.stage not like 'closed%'), 0) as weighted
    from held as h
    cross join lateral (values (null, null), ('stage', h.stage), ('sales_rep', h.rep)) as m (dim, member)
    where m.dim is null or h.cmp is null
    group by 1, 2, 3, 4, 5
)

select m.metric, s.win, s.cmp, s.dim, s.member, m.value, 0::numeric as slack
from summed as s
cross join lateral (
    values
    ('total_deals', s.deals::numeric, s.dim is distinct from 'sales_rep'), ('total_deal_value', s.cents, s.dim is distinct from 'sales_rep'),
    ('open_deals', s.open, true), ('open_value', s.open_cents, true),
    ('weighted_value', round(s.weighted / 100), s.dim is distinct from 'sales_rep' and s.cmp is null and s.until_date = $1::date + 1)
) as m (metric, value, is_cut)
where m.is_cut
