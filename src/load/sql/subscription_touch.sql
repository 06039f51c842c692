-- grain: one row per day on which a paid span of a changed subscription begins or ends, by its row, its terms or its told spells · $1 tenant_key · re-run: adds nothing
insert into vesper.touched_day (tenant_key, fact, day)
with changed as (
    select c.subscription_id from staging.changed_subscription as c
    union
    select o.subscription_id from staging.observed_subscription as o
),

edge as (
    select unnest(array[s.paid_from, s.paid_until, s.deleted_at]) as instant
    from star.fact_subscription as s join changed as c on c.subscription_id = s.subscription_id
    where s.tenant_key = $1::int
    union all
    select unnest(array[t.since, t.paid_from, t.paid_until])
    from star.fact_subscription_term as t join changed as c on c.subscription_id = t.subscription_id
    where t.tenant_key = $1::int
    union all
    select unnest(array[p.entered_at, p.left_at])
    from star.fact_subscription_spell as p join changed as c on c.subscription_id = p.subscription_id
    where p.tenant_key = $1::int
)

select distinct $1::int, 'subscription', (e.instant at time zone 'UTC')::date
from edge as e
where isfinite(e.instant)
on conflict do nothing
