-- grain: one visit per stage a deal is in and has no running visit of; earlier stages of a new deal are inferred · $1 tenant_key · re-run: adds nothing
with arrived as (
    select d.*, last_visit.visit as visits
    from star.fact_deal as d
    join staging.changed_deal as c on c.deal_id = d.deal_id
    left join lateral (
        select max(v.visit) as visit, bool_or(v.left_at is null) as is_running
        from star.fact_deal_stage as v where v.tenant_key = d.tenant_key and v.deal_id = d.deal_id
    ) as last_visit on true
    where d.tenant_key = $1::int and not coalesce(last_visit.is_running, false)
),

-- Which stages a deal that was never seen before has passed: all before its own; a lost one is only known to have been a lead.
passed as (
    select a.deal_id, s.step, s.stage, a.created_at as entered_at,
        case when s.step = s.last_step then greatest(a.stage_changed_at, a.created_at) else a.created_at end as left_at
    from arrived as a
    cross join lateral (
        select n.step, n.stage, case a.stage when 'closed_won' then 4 when 'closed_lost' then 1
            else array_position(array['lead', 'qualified', 'proposal', 'negotiation'], a.stage) - 1 end as last_step
        from (values (1, 'lead'), (2, 'qualified'), (3, 'proposal'), (4, 'negotiation')) as n (step, stage)
    ) as s
    where a.visits is null and s.step <= s.last_step
),

entered as (
    select p.deal_id, p.step, p.stage, p.entered_at, p.left_at, 'inferred' as basis from passed as p
    union all
    select a.deal_id, 9, a.stage, greatest(a.stage_changed_at, a.created_at), null,
        case when a.visits is null and a.stage <> 'lead' then 'inferred' else 'observed' end
    from arrived as a
)

insert into star.fact_deal_stage (tenant_key, deal_id, visit, stage, entered_at, left_at, basis)
select
    $1::int, e.deal_id, coalesce(a.visits, 0) + row_number() over (partition by e.deal_id order by e.step), e.stage, e.entered_at, e.left_at, e.basis
from entered as e
join arrived as a on a.deal_id = e.deal_id
