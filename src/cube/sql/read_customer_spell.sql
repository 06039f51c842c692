-- grain: one row per day of churn and day of entry · $1 tenant_key · re-run: pure read
select q.day, q.entered_day, q.customers
from cube.customer_spell_day as q
where q.tenant_key = $1::int
order by q.day
