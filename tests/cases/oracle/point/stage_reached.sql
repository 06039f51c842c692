-- Deals by the furthest stage that a nightly reader knows of, by the day they got there · $1 business date, $2 also past windows
with known as (
    select d.id, d.stage, d.created_date, d.closed_date, greatest(d.updated_at, d.created_at) as moved_at,
        (select max(coalesce(array_position(array['lead', 'qualified', 'proposal', 'negotiation', 'closed_won'], s.stage), 1)) from oracle.seen_stage as s where s.deal_id = d.id) as furthest
    from oracle.deal as d
),

reached as (
    select k.id, n.stage, case when n.rank = 5 then k.closed_date when n.rank = k.furthest and n.rank > 1 then oracle.day(k.moved_at) else k.created_date end as day
    from known as k
    join (values (1, 'lead'), (2, 'qualified'), (3, 'proposal'), (4, 'negotiation'), (5, 'closed_won')) as n (rank, stage) on n.rank <= k.furthest
)

select 'stage_reached' as metric, p.win, p.cmp, m.dim, m.member, count(distinct r.id)::numeric as value, 0::numeric as slack
from reached as r
join oracle.period($1::date) as p on r.day < p.until_date
cross join lateral (values (null, null), ('stage', r.stage)) as m (dim, member)
where (m.dim is not null and p.cmp is null or m.dim is null and r.stage = 'lead') and ($2::boolean or p.until_date = $1::date + 1)
group by 1, 2, 3, 4, 5
