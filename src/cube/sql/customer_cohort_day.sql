-- grain: one row per status, day of first entry and basis, of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.customer_cohort_day (tenant_key, day, status, basis, entered, advanced)
with ranked as (
    select s.customer_id, s.entered_at, s.basis, array_position(array['lead', 'prospect', 'customer', 'churned'], s.status) as rank
    from star.fact_customer_status as s
    where s.tenant_key = $1::int
),

entry as (
    select r.customer_id, s.status,
        (min(r.entered_at) at time zone 'UTC')::date as day,
        max(r.rank) > s.rank as is_advanced,
        case when bool_or(r.basis = 'inferred') then 'inferred' else 'observed' end as basis
    from ranked as r
    join (values (1, 'lead'), (2, 'prospect'), (3, 'customer')) as s (rank, status) on r.rank >= s.rank
    group by r.customer_id, s.status, s.rank
)

select $1::int, e.day, e.status, e.basis, count(*), count(*) filter (where e.is_advanced)
from entry as e
where e.day in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'customer')
group by e.day, e.status, e.basis
