-- grain: one row per day on which a visit of a touched deal begins or ends · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_day (tenant_key, fact, day)
select distinct $1::int, 'deal', (instant at time zone 'UTC')::date
from (
    select unnest(array[v.entered_at, v.left_at]) as instant
    from star.fact_deal_stage as v join staging.changed_deal as c on c.deal_id = v.deal_id
    where v.tenant_key = $1::int
) as days
where instant is not null
on conflict do nothing
