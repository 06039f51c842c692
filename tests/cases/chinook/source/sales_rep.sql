select e.employee_id::text as sales_rep_id, e.first_name || ' ' || e.last_name as name
from employee as e
