-- grain: one row per day on which any paid span begins or ends: rates move its amount, not its days · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_day (tenant_key, fact, day)
select distinct $1::int, 'subscription', e.day
from star.fact_mrr_spell as s
cross join lateral (values (s.valid_from), (s.valid_until)) as e (day)
where s.tenant_key = $1::int and e.day is not null
on conflict do nothing
