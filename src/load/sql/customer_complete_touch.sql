-- grain: one row per day of the deals whose customer was completed: their tier is known now · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_day (tenant_key, fact, day)
select distinct $1::int, 'deal', e.day
from star.fact_deal as d
join staging.changed_customer as c on c.is_new and c.version_key = d.customer_key
cross join lateral (values (d.created_date), (d.actual_close_date)) as e (day)
where d.tenant_key = $1::int and e.day is not null
on conflict do nothing
