-- grain: one row per fact and calendar day · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_day (tenant_key, fact, day)
select $1::int, f.fact, d.date
from star.dim_date as d
cross join (values ('customer'), ('deal'), ('interaction'), ('order'), ('order_line'), ('subscription')) as f (fact)
on conflict do nothing
