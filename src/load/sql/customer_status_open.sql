-- grain: one spell per status entered: observed on a change, inferred from the row's own stamps when new · $1 tenant_key · re-run: adds nothing
with entered as (
    select c.customer_id, 1 as step, c.status, c.changed_at as entered_at, null::timestamptz as left_at, 'observed' as basis
    from staging.changed_customer as c
    where c.is_new_status and not c.is_new
    union all
    select c.customer_id, s.step, s.status, s.entered_at, s.left_at, 'inferred'
    from staging.changed_customer as c
    cross join lateral (
        values
        (1, 'lead', c.created_at, case when c.status <> 'lead' then c.created_at end),
        -- When a lead became a prospect is not kept by the source: taken as its creation.
        (2, 'prospect', c.created_at, case when c.status = 'prospect' then null when c.status = 'customer' or c.converted_at is not null then greatest(c.converted_at, c.created_at) else greatest(c.churned_at, c.created_at) end),
        (3, 'customer', greatest(c.converted_at, c.created_at), case when c.status = 'churned' then greatest(c.churned_at, c.converted_at, c.created_at) end),
        (4, 'churned', greatest(c.churned_at, c.converted_at, c.created_at), null)
    ) as s (step, status, entered_at, left_at)
    where c.is_new
        and s.step <= array_position(array['lead', 'prospect', 'customer', 'churned'], c.status)
        and (s.step <> 3 or c.status = 'customer' or c.converted_at is not null)
),

known as (
    select f.customer_id, max(f.visit) as visits
    from star.fact_customer_status as f
    where f.tenant_key = $1::int and f.customer_id in (select c.customer_id from staging.changed_customer as c)
    group by f.customer_id
)

insert into star.fact_customer_status (tenant_key, customer_id, visit, status, entered_at, left_at, basis)
select
    $1::int, e.customer_id, coalesce(k.visits, 0) + row_number() over (partition by e.customer_id order by e.step), e.status, e.entered_at, e.left_at, e.basis
from entered as e
left join known as k on k.customer_id = e.customer_id
