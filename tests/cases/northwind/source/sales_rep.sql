select
    e.employee_id::text as sales_rep_id,
    e.first_name || ' ' || e.last_name as name,
    e.hire_date::timestamp at time zone 'UTC' as created_at
from employees as e
