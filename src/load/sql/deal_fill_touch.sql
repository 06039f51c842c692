-- grain: one row per day on which a deal of a first load entered its stage; its creation is touched already · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_day (tenant_key, fact, day)
select distinct $1::int, 'deal', (greatest(d.stage_changed_at, d.created_at) at time zone 'UTC')::date
from star.fact_deal as d
where d.tenant_key = $1::int
on conflict do nothing
