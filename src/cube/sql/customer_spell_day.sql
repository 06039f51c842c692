-- grain: one row per day of churn and day of entry, of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.customer_spell_day (tenant_key, day, entered_day, customers)
select $1::int, (s.left_at at time zone 'UTC')::date, (s.entered_at at time zone 'UTC')::date, count(*)
from star.fact_customer_status as s
join star.fact_customer_status as n on n.tenant_key = s.tenant_key and n.customer_id = s.customer_id and n.visit = s.visit + 1 and n.status = 'churned'
where s.tenant_key = $1::int and s.status = 'customer'
    and (s.left_at at time zone 'UTC')::date in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'customer')
group by 2, 3
