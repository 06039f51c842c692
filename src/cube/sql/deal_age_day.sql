-- grain: one row per close date and days taken, won deals of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.deal_age_day (tenant_key, day, days_to_close, deals)
select $1::int, d.actual_close_date, d.days_to_close, count(*)
from star.fact_deal as d
where d.tenant_key = $1::int and d.is_won and d.days_to_close is not null
    and d.actual_close_date in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'deal')
group by d.actual_close_date, d.days_to_close
