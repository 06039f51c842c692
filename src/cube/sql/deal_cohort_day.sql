-- grain: one row per open stage, day of first entry and basis, of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.deal_cohort_day (tenant_key, day, stage, basis, entered, advanced, won, completed, seconds)
with touched as materialized (
    select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'deal'
),

-- A first entry is an entry: deals without one on a touched day have nothing to say.
arrived as (
    select distinct v.deal_id from star.fact_deal_stage as v
    where v.tenant_key = $1::int and (v.entered_at at time zone 'UTC')::date in (select day from touched)
),

ranked as (
    select v.deal_id, v.entered_at, v.left_at, v.seconds, v.basis,
        array_position(array['lead', 'qualified', 'proposal', 'negotiation', 'closed_won'], v.stage) as rank
    from arrived as a
    join star.fact_deal_stage as v on v.tenant_key = $1::int and v.deal_id = a.deal_id
    -- The rank is found once a visit.
    offset 0
),

deal as (
    select
        r.deal_id,
        max(r.rank) as furthest,
        case when bool_or(r.basis = 'inferred') then 'inferred' else 'observed' end as basis,
        -- Skipping counts as passing: the first entry into each stage or a later one.
        array[min(r.entered_at) filter (where r.rank >= 1), min(r.entered_at) filter (where r.rank >= 2), min(r.entered_at) filter (where r.rank >= 3),
            min(r.entered_at) filter (where r.rank >= 4)] as entered_at,
        array[count(*) filter (where r.rank = 1 and r.basis = 'observed' and r.left_at is not null), count(*) filter (where r.rank = 2 and r.basis = 'observed' and r.left_at is not null),
            count(*) filter (where r.rank = 3 and r.basis = 'observed' and r.left_at is not null), count(*) filter (where r.rank = 4 and r.basis = 'observed' and r.left_at is not null)] as completed,
        array[sum(r.seconds) filter (where r.rank = 1 and r.basis = 'observed'), sum(r.seconds) filter (where r.rank = 2 and r.basis = 'observed'),
            sum(r.seconds) filter (where r.rank = 3 and r.basis = 'observed'), sum(r.seconds) filter (where r.rank = 4 and r.basis = 'observed')] as seconds
    from ranked as r
    group by r.deal_id
),

entry as (
    select (d.entered_at[s.rank] at time zone 'UTC')::date as day, s.stage, d.basis, f.is_won, d.completed[s.rank] as completed, d.seconds[s.rank] as seconds,
        -- A lost deal counts by the furthest open stage it was seen in; negotiation → closed is won or lost.
        d.furthest > s.rank or (s.rank = 4 and f.is_lost and d.furthest = 4) as is_advanced
    from deal as d
    join star.fact_deal as f on f.tenant_key = $1::int and f.deal_id = d.deal_id
    join (values (1, 'lead'), (2, 'qualified'), (3, 'proposal'), (4, 'negotiation')) as s (rank, stage) on s.rank <= d.furthest
)

select $1::int, e.day, e.stage, e.basis, count(*), count(*) filter (where e.is_advanced), count(*) filter (where e.is_won), sum(e.completed), coalesce(sum(e.seconds), 0)
from entry as e
where e.day in (select day from touched)
group by e.day, e.stage, e.basis
