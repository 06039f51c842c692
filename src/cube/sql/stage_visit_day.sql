-- grain: one row per day of leaving, open stage and hours of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.stage_visit_day (tenant_key, day, stage, hours, visits, seconds)
with visit as (
    select (v.left_at at time zone 'UTC')::date as day, v.stage, round(v.seconds / 3600.0)::int as hours, v.seconds
    from star.fact_deal_stage as v
    where v.tenant_key = $1::int and v.basis = 'observed' and v.left_at is not null and v.stage not in ('closed_won', 'closed_lost')
)

select $1::int, v.day, v.stage, v.hours, count(*), sum(v.seconds)
from visit as v
where v.day in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'deal')
group by v.day, v.stage, v.hours
