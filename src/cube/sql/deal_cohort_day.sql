-- grain: one row per open stage, day of first entry and basis, of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.deal_cohort_day (tenant_key, day, stage, basis, entered, advanced, won, completed, seconds)
with ranked as (
    select v.deal_id, v.entered_at, v.left_at, v.seconds, v.basis, v.stage,
        array_position(array['lead', 'qualified', 'proposal', 'negotiation', 'closed_won'], v.stage) as rank
    from star.fact_deal_stage as v
    where v.tenant_key = $1::int
),

deal as (
    select
        r.deal_id,
        max(r.rank) as furthest,
        -- A lost deal counts by the furthest open stage it was seen in; negotiation → closed is won or lost.
        bool_or(d.is_lost) and max(r.rank) = 4 as is_lost_at_the_end,
        bool_or(d.is_won) as is_won,
        case when bool_or(r.basis = 'inferred') then 'inferred' else 'observed' end as basis
    from ranked as r
    join star.fact_deal as d on d.tenant_key = $1::int and d.deal_id = r.deal_id
    group by r.deal_id
),

entry as (
    select d.deal_id, d.basis, d.is_won, s.rank, s.stage,
        d.furthest > s.rank or (s.rank = 4 and d.is_lost_at_the_end) as is_advanced,
        -- Skipping counts as passing: the first entry into this stage or a later one.
        (min(r.entered_at) at time zone 'UTC')::date as day,
        count(*) filter (where r.rank = s.rank and r.basis = 'observed' and r.left_at is not null) as completed,
        coalesce(sum(r.seconds) filter (where r.rank = s.rank and r.basis = 'observed'), 0) as seconds
    from deal as d
    join (values (1, 'lead'), (2, 'qualified'), (3, 'proposal'), (4, 'negotiation')) as s (rank, stage) on s.rank <= d.furthest
    join ranked as r on r.deal_id = d.deal_id and r.rank >= s.rank
    group by d.deal_id, d.basis, d.is_won, d.furthest, d.is_lost_at_the_end, s.rank, s.stage
)

select $1::int, e.day, e.stage, e.basis, count(*), count(*) filter (where e.is_advanced), count(*) filter (where e.is_won), sum(e.completed), sum(e.seconds)
from entry as e
where e.day in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'deal')
group by e.day, e.stage, e.basis
