-- grain: every visit of each deal whose told changes differ from its visits · $1 tenant_key · re-run: empty
insert into staging.observed_deal_stage (tenant_key, deal_id, visit, stage, entered_at, left_at, basis)
with told as (
    select c.deal_id, c.stage, greatest(c.changed_at, d.created_at) as entered_at,
        row_number() over (partition by c.deal_id order by c.changed_at, c.deal_stage_change_id) as number
    from staging.deal_stage_change as c
    join star.fact_deal as d on d.tenant_key = $1::int and d.deal_id = c.deal_id
),

-- A change to the stage the deal is in already is none.
moved as (
    select t.*, t.stage is distinct from lag(t.stage) over (partition by t.deal_id order by t.number) as is_move
    from told as t
),

edge as (
    select m.deal_id, (array_agg(m.stage order by m.number))[1] as first_stage, min(m.entered_at) as first_at,
        (array_agg(m.stage order by m.number desc))[1] as last_stage, max(m.entered_at) as last_at
    from moved as m
    group by m.deal_id
),

entered as (
    select m.deal_id, m.number, m.stage, m.entered_at, 'observed' as basis from moved as m where m.is_move
    union all
    -- Before the first change that is told the deal is only known to have been there: as a lead.
    select e.deal_id, 0, 'lead', d.created_at, 'inferred'
    from edge as e
    join star.fact_deal as d on d.tenant_key = $1::int and d.deal_id = e.deal_id
    where e.first_stage <> 'lead' and d.created_at < e.first_at
    union all
    -- The row has moved on and the log does not tell it.
    select e.deal_id, null, d.stage, greatest(d.stage_changed_at, e.last_at), 'inferred'
    from edge as e
    join star.fact_deal as d on d.tenant_key = $1::int and d.deal_id = e.deal_id
    where e.last_stage <> d.stage
),

visit as (
    select e.deal_id, (row_number() over passed)::int as visit, e.stage, e.entered_at, lead(e.entered_at) over passed as left_at, e.basis
    from entered as e
    window passed as (partition by e.deal_id order by e.number nulls last)
),

differing as (
    select coalesce(v.deal_id, f.deal_id) as deal_id
    from visit as v
    full join (select * from star.fact_deal_stage where tenant_key = $1::int and deal_id in (select e.deal_id from edge as e)) as f
        on f.deal_id = v.deal_id and f.visit = v.visit
    where (v.stage, v.entered_at, v.left_at, v.basis) is distinct from (f.stage, f.entered_at, f.left_at, f.basis)
)

select $1::int, v.deal_id, v.visit, v.stage, v.entered_at, v.left_at, v.basis
from visit as v
where v.deal_id in (select d.deal_id from differing as d)
