-- grain: one row per day, event and tier of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.customer_flow_day (tenant_key, day, event, tier, customers)
with entry as (
    select s.customer_id, s.status, s.entered_at, (s.entered_at at time zone 'UTC')::date as day,
        row_number() over (partition by s.customer_id, s.status order by s.visit) as entry
    from star.fact_customer_status as s
    where s.tenant_key = $1::int and s.status in ('customer', 'churned')
)

select $1::int, e.day, case when e.status = 'churned' then 'churned' when e.entry = 1 then 'became_customer' else 'reactivated' end, coalesce(c.tier, 'unknown'), count(*)
from entry as e
left join star.dim_customer as c on c.tenant_key = $1::int and c.customer_id = e.customer_id and c.valid_from <= e.entered_at and e.entered_at < c.valid_until
where e.day in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'customer')
group by 2, 3, 4
