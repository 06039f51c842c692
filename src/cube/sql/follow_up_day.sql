-- grain: one row per due day with pending follow-ups, all days · $1 tenant_key · re-run: after the tenant's rows were deleted, the same rows
insert into cube.follow_up_day (tenant_key, day, follow_ups)
with asked as (
    select i.customer_id, i.started_at, coalesce((i.follow_up_at at time zone 'UTC')::date, i.started_date) as day
    from star.fact_interaction as i
    where i.tenant_key = $1::int and i.is_follow_up_required and i.deleted_at is null
),

-- By the keys of all versions of the customer.
latest as (
    select k.customer_id, max(i.started_at) as started_at
    from (select distinct a.customer_id from asked as a) as a
    join star.dim_customer as k on k.tenant_key = $1::int and k.customer_id = a.customer_id
    join star.fact_interaction as i on i.customer_key = k.customer_key
    where i.tenant_key = $1::int and i.deleted_at is null
    group by k.customer_id
)

select $1::int, a.day, count(*)
from asked as a
left join latest as l on l.customer_id = a.customer_id
-- One of nobody waits as well: there is no later interaction with that customer.
where l.started_at = a.started_at or l.customer_id is null
group by a.day
