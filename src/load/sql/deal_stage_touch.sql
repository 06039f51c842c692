-- grain: one row per day on which a visit of a touched deal begins or ends · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_day (tenant_key, fact, day)
with visit as (
    select v.entered_at, v.left_at
    from star.fact_deal_stage as v
    where v.tenant_key = $1::int and v.deal_id in (select c.deal_id from staging.changed_deal as c)
)

select $1::int, 'deal', (v.entered_at at time zone 'UTC')::date from visit as v
union
select $1::int, 'deal', (v.left_at at time zone 'UTC')::date from visit as v where v.left_at is not null
on conflict do nothing
