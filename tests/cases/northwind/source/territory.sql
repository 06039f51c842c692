-- Employees share no territory.
select
    t.territory_id,
    trim(t.territory_description) as name,
    trim(r.region_description) as region,
    et.employee_id::text as sales_rep
from territories as t
join region as r on r.region_id = t.region_id
left join employee_territories as et on et.territory_id = t.territory_id
