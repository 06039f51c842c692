-- grain: one row per due day with pending follow-ups, all days · $1 tenant_key · re-run: after the tenant's rows were deleted, the same rows
insert into cube.follow_up_day (tenant_key, day, follow_ups)
with latest as (
    select i.customer_id, max(i.started_at) as started_at
    from star.fact_interaction as i
    where i.tenant_key = $1::int and i.deleted_at is null
    group by i.customer_id
)

select $1::int, coalesce((i.follow_up_at at time zone 'UTC')::date, i.started_date), count(*)
from star.fact_interaction as i
left join latest as l on l.customer_id = i.customer_id
where i.tenant_key = $1::int and i.is_follow_up_required and i.deleted_at is null
    -- One of nobody waits as well: there is no later interaction with that customer.
    and (l.started_at = i.started_at or l.customer_id is null)
group by 2
