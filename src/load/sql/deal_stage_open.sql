-- grain: one visit per stage a changed deal is in and has no running visit of; earlier stages of a new deal are inferred · $1 tenant_key · re-run: adds nothing
insert into star.fact_deal_stage (tenant_key, deal_id, visit, stage, entered_at, left_at, basis)
with known as (
    select v.deal_id, max(v.visit) as visits, bool_or(v.left_at is null) as is_running
    from star.fact_deal_stage as v
    where v.tenant_key = $1::int and v.deal_id in (select c.deal_id from staging.changed_deal as c)
    group by v.deal_id
),

-- Which stages a deal that was never seen before has passed: all before its own; a lost one is only known to have been a lead.
arrived as (
    select c.deal_id, c.stage, c.created_at, greatest(c.stage_changed_at, c.created_at) as entered_at, k.visits,
        case when k.visits is not null then 0 else case c.stage when 'closed_won' then 4 when 'closed_lost' then 1
            else array_position(array['lead', 'qualified', 'proposal', 'negotiation'], c.stage) - 1 end end as passed
    from staging.changed_deal as c
    left join known as k on k.deal_id = c.deal_id
    where k.is_running is not true
)

select $1::int, a.deal_id, s.step, s.stage, a.created_at, case when s.step = a.passed then a.entered_at else a.created_at end, 'inferred'
from arrived as a
join (values (1, 'lead'), (2, 'qualified'), (3, 'proposal'), (4, 'negotiation')) as s (step, stage) on s.step <= a.passed
union all
select $1::int, a.deal_id, coalesce(a.visits, a.passed) + 1, a.stage, a.entered_at, null, case when a.visits is null and a.stage <> 'lead' then 'inferred' else 'observed' end
from arrived as a
